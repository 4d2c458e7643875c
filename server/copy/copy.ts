import { setTimeout } from 'node:timers/promises'
import type { ArchivePart, PlacedVersion, RestoredVersion } from '../../resources/store/archive.ts'
import type { AuditChainHead } from '../../resources/store/audit.ts'
import { CommitRefused } from '../../resources/store/port.ts'
import { ParameterRegistry } from '../../search/parameters.ts'
import { CustomParameters } from '../custom-parameters.ts'
import { Reindex } from '../jobs/reindex.ts'
import { foundBy, type Indexing } from '../jobs/step.ts'
import { Turn } from '../jobs/turn.ts'
import { UnderWay } from '../write/under-way.ts'
import { differences, digestOfStore, type StoreDigest } from './digest.ts'
import type { End } from './ends.ts'
import { carryState, hasState } from './kept.ts'
import {
  carryKnowledge,
  digestOfKnowledge,
  type KnowledgeDigests,
  knowledgeDifferences,
  knowsNothing,
} from './knowledge.ts'
import { COPY_NOTE, type CopyState, carriedSecrets, copyState, refuseUnfinished, sourceOf } from './state.ts'
import { auditStream, doneStream, partsOf, type Stream, versionStream } from './streams.ts'

/** Notes of how far a store's own index is: the copy has its own. */
const OF_THE_INDEX = new Set(['reindex', 'overruns'])

/** How long another copy into the same store is waited for, in ms: one that was broken off is no longer told of then. */
const PATIENCE = 20_000

/** How long what another process writes is waited for, in ms: a transaction that was broken off is ended by then. */
const LONG_PATIENCE = 90_000

/** Bytes of a chain's end, about. */
const CHAIN_BYTES = 100

/** Is told how far a copy is. */
export interface CopyWatch {
  /** `before` of `total` versions were carried by an earlier run. */
  begun(total: number, before: number): void
  carried(versions: number): void
  /** All versions are carried; `total` records of the audit log at the most follow. */
  recording(total: number): void
  recorded(records: number): void
  /** All is carried; `total` versions are read on both sides together. */
  verifying(total: number): void
  verified(versions: number): void
}

/** What both have in the end. */
export interface CopyDigest extends StoreDigest {
  knowledge: KnowledgeDigests
}

/** Carries all that a store keeps to another one. */
export class Copy {
  private readonly from: End
  private readonly to: End
  private readonly watch: CopyWatch
  private readonly turn: Turn
  private state: CopyState | undefined
  /** Those of the source that were carried. */
  private chains: readonly AuditChainHead[] = []

  constructor(from: End, to: End, watch: CopyWatch) {
    this.from = from
    this.to = to
    this.watch = watch
    this.turn = new Turn(to.store.shared, COPY_NOTE)
  }

  /**
   * Does it, or goes on where it was broken off; gives what both stores have in the end. Rejects with words for the user
   * where the other store has something else in it, or not the same in the end.
   */
  async run(): Promise<CopyDigest> {
    await this.takeTurn()
    try {
      await this.begin()
      await this.carry()
      const digest = await this.verify()
      await this.note({ finished: new Date().toISOString() })
      return digest
    } finally {
      await this.turn.give()
    }
  }

  private async takeTurn(): Promise<void> {
    const end = Date.now() + PATIENCE
    while (!(await this.turn.take())) {
      if (Date.now() > end) throw new Error(`another process copies into ${this.to.name}`)
      await setTimeout(500)
    }
  }

  /** Makes the store one that is copied into, before anything else is written there, or finds that it is one. */
  private async begin(): Promise<void> {
    const { from, to } = this
    await refuseUnfinished(from.store, from.name)
    const source = await sourceOf(from.kind, from.store.archive)
    const found = await copyState(to.store)
    if (!found) {
      const total = await from.store.countHistory({}, {})
      const known = !(await knowsNothing(from.knowledge))
      const has =
        known || total > 0 || (await hasState(from.store.archive)) || (await from.store.audit.chains()).length > 0
      if (!has) throw new Error(`there is nothing in ${from.name}`)
      if (!(await isEmpty(to))) throw new Error(`${to.name} has something in it: name an empty store`)
      this.state = { source, name: from.name, started: new Date().toISOString() }
      await this.note({}, { secrets: await carriedSecrets(from.store.archive) })
      return
    }
    if (found.finished !== undefined) {
      throw new Error(`${to.name} has something in it: a copy of ${found.name} that was finished on ${found.finished}`)
    }
    if (found.source !== source) throw new Error(`${to.name} is an unfinished copy of another store, ${found.name}`)
    this.state = found
  }

  private async carry(): Promise<void> {
    const { from, to, watch } = this
    const { publicUrl, zone } = to.config
    // They settle what resources are found by, and so are known first.
    const parameters = new ParameterRegistry()
    await new CustomParameters(parameters).load(from.searcher)
    const baseUrl = `${publicUrl}/fhir`
    const indexing = { store: to.store, baseUrl, parameters, zone, underWay: new UnderWay() }
    const reindex = await Reindex.open(indexing)
    watch.begun(await from.store.countHistory({}, {}), await to.store.countHistory({}, {}))
    await this.pump(versionStream(from.store.archive, (versions) => partOf(versions, indexing)))
    await this.pump(doneStream(from.store.archive))
    await this.carryAudit()
    await carryState(from, to, (part) => this.restore(part))
    await carryKnowledge(from.knowledge, to.knowledge)
    await this.restore({ notes: await this.carriedNotes() })
    await catchUp(reindex)
  }

  /** Records, and then how their chains end: what the source has as the end was there before its records were read. */
  private async carryAudit(): Promise<void> {
    const { archive, audit } = this.from.store
    this.chains = await audit.chains()
    this.watch.recording(this.chains.reduce((sum, { number }) => sum + number, 0))
    await this.pump(auditStream(archive))
    const stream = { read: () => fromList(this.chains), size: () => CHAIN_BYTES }
    for await (const chains of partsOf(stream, undefined)) await this.restore({ chains })
  }

  /** While a part is written the next one is read. */
  private async pump<Item>(stream: Stream<Item>): Promise<void> {
    let written: Promise<void> = Promise.resolve()
    for await (const items of partsOf(stream, this.state?.[stream.name])) {
      const part = stream.part(items)
      await written
      written = this.note({ [stream.name]: stream.position(items.at(-1)!) }, part)
      // What it rejects with is thrown by the next await.
      written.then(() => this.tell(part)).catch(() => undefined)
    }
    await written
  }

  private tell({ versions = [], audit = [] }: ArchivePart): void {
    if (versions.length > 0) this.watch.carried(versions.length)
    if (audit.length > 0) this.watch.recorded(audit.length)
  }

  private async carriedNotes(): Promise<Record<string, string>> {
    const notes = Object.entries(await this.from.store.archive.notes())
    return Object.fromEntries(notes.filter(([name]) => name !== COPY_NOTE && !OF_THE_INDEX.has(name)))
  }

  private async verify(): Promise<CopyDigest> {
    const { from, to, watch } = this
    const now = Date.now()
    watch.verifying((await from.store.countHistory({}, {})) * 2)
    const read = ({ store }: End) =>
      digestOfStore(store, { now, chains: this.chains, onVersion: () => watch.verified(1) })
    const [there, here] = await Promise.all([read(from), read(to)])
    const known = await Promise.all([from, to].map(({ knowledge }) => digestOfKnowledge(knowledge)))
    const lines = [...differences(there, here), ...knowledgeDifferences(known[0]!, known[1]!)]
    if (lines.length > 0) throw new Error(['the copy is not the same:', ...lines].join('\n  '))
    return { ...here, knowledge: known[1]! }
  }

  /** Writes a part, and how far that has led. */
  private async note(more: Partial<CopyState>, part: ArchivePart = {}): Promise<void> {
    const state = { ...this.state!, ...more }
    await this.restore({ ...part, notes: { ...part.notes, [COPY_NOTE]: JSON.stringify(state) } })
    this.state = state
  }

  private async restore(part: ArchivePart): Promise<void> {
    const end = Date.now() + LONG_PATIENCE
    for (;;) {
      if (!this.turn.isMine) throw new Error(`another process copies into ${this.to.name} by now`)
      try {
        return await this.to.store.archive.restore(part)
      } catch (error) {
        if (!(error instanceof CommitRefused)) throw error
        if (Date.now() > end) throw new Error(`something else writes into ${this.to.name}`)
      }
    }
  }
}

/**
 * A server that was started on it may have noted that its index is complete, and in the audit log that it was started. An
 * embedded store has its log in one order, of times: it takes no earlier records behind later ones.
 */
async function isEmpty({ kind, store, knowledge }: End): Promise<boolean> {
  if (!(await knowsNothing(knowledge))) return false
  if (kind === 'sqlite' && (await store.audit.chains()).length > 0) return false
  for await (const _ of store.archive.done()) return false
  if (await hasState(store.archive)) return false
  const notes = Object.keys(await store.archive.notes()).filter((name) => !OF_THE_INDEX.has(name))
  return notes.length === 0 && (await store.history({}, {}, 1)).entries.length === 0
}

async function* fromList<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items
}

function partOf(versions: PlacedVersion[], indexing: Indexing): ArchivePart {
  return {
    versions: versions.map((version): RestoredVersion => {
      const { type, text, until } = version
      return { ...version, ...(text && until === undefined ? foundBy(type, text, indexing) : { entries: [] }) }
    }),
  }
}

/** Indexes anew where a part of the copy was indexed in another way: by an older chartroom, say, or in another zone. */
async function catchUp(reindex: Reindex): Promise<void> {
  let failure: unknown
  reindex.onFailure = (error) => {
    failure = error
  }
  if (reindex.isBehind) await reindex.run()
  await reindex.stop()
  if (failure !== undefined) throw failure
  if (reindex.isBehind) throw new Error('the index could not be made')
}
