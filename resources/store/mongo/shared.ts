import { randomUUID } from 'node:crypto'
import type { ClientSession, Collection, Db, Document } from 'mongodb'
import type { Shared } from '../shared.ts'
import type { VersionDocument } from './document.ts'
import { isDuplicate, unreadable, unwritable } from './trouble.ts'
import { watchType } from './watch.ts'

/** What one process has or says, until a moment of the server's clock: the processes' own may differ. */
interface HeldDocument {
  _id: string
  /** Of which process. */
  holder: string
  /** ms since 1970 */
  until: number
  /** For what goes by itself. */
  at: Date
  /** What is said, and under which name. */
  name?: string
  value?: string
}

const LIMITED = { maxTimeMS: 5_000 }

const NOW = { $toLong: '$$NOW' }

/** What the processes on a database agree by, in one small collection. Where it cannot be reached, FhirError `unavailable`. */
export class MongoShared implements Shared {
  private readonly held: Collection<HeldDocument>
  private readonly versions: Collection<VersionDocument>
  /** This process, or rather this store of it. */
  private readonly me = randomUUID()

  constructor(database: Db) {
    this.held = database.collection('processes')
    this.versions = database.collection('versions')
  }

  async lease(name: string, ms: number, steal = false): Promise<boolean> {
    const isFree = { $or: [steal, { $eq: ['$holder', this.me] }, { $lt: [{ $ifNull: ['$until', 0] }, NOW] }] }
    const taken = (value: unknown, field: string) => ({ $cond: ['$isFree', value, `$${field}`] })
    const steps: Document[] = [
      { $set: { isFree } },
      {
        $set: {
          holder: taken(this.me, 'holder'),
          until: taken({ $add: [NOW, ms] }, 'until'),
          at: taken('$$NOW', 'at'),
        },
      },
      { $unset: 'isFree' },
    ]
    try {
      const options = { upsert: true, returnDocument: 'after', ...LIMITED } as const
      return (await this.held.findOneAndUpdate({ _id: leaseId(name) }, steps, options))?.holder === this.me
    } catch (error) {
      // Two have come at once where there was none.
      if (isDuplicate(error)) return false
      throw unwritable(error)
    }
  }

  async release(name: string): Promise<void> {
    await this.held.deleteOne({ _id: leaseId(name), holder: this.me }, LIMITED).catch(refuseWrite)
  }

  /** Whether this process has the lease when the transaction is committed: whoever takes it meanwhile conflicts with that. */
  async holds(name: string, session: ClientSession): Promise<boolean> {
    const mark = { $set: { at: new Date() } }
    const { matchedCount } = await this.held.updateOne({ _id: leaseId(name), holder: this.me }, mark, { session })
    return matchedCount === 1
  }

  async tell(name: string, value: string, ms: number): Promise<void> {
    const said = { name: { $literal: name }, value: { $literal: value }, holder: this.me }
    const steps = [{ $set: { ...said, at: '$$NOW', until: { $add: [NOW, ms] } } }]
    await this.held.updateOne({ _id: `${name}/${this.me}` }, steps, { upsert: true, ...LIMITED }).catch(refuseWrite)
  }

  async fallSilent(): Promise<void> {
    await this.held.deleteMany({ holder: this.me, name: { $exists: true } }, LIMITED).catch(refuseWrite)
  }

  async told(name: string): Promise<string[]> {
    const others = { name, holder: { $ne: this.me }, $expr: { $gt: ['$until', NOW] } }
    const said = await this.held
      .find(others, LIMITED)
      .toArray()
      .catch((error: unknown) => {
        throw unreadable(error)
      })
    return said.map(({ value = '' }) => value)
  }

  watch(type: string, onChange: () => void): () => Promise<void> {
    return watchType(this.versions, type, onChange)
  }
}

function refuseWrite(error: unknown): never {
  throw unwritable(error)
}

function leaseId(name: string): string {
  return `lease/${name}`
}
