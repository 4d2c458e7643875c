import type { Store } from '../../resources/store/port.ts'
import type { AskedParameter } from '../../search/asked.ts'

const NOTE = 'overruns'

/**
 * Parameters that some resources have no entries of, because their expressions took too long there. Noted in the store
 * before such a resource is, and forgotten when all have been indexed again without it.
 */
export class Overruns {
  private readonly store: Store
  private known: Set<string>
  /** Those of the pass at hand. */
  private fresh: Set<string>
  /** Those that were known when it began. */
  private before: Set<string>

  private constructor(store: Store, known: readonly string[]) {
    this.store = store
    this.known = new Set(known)
    this.fresh = new Set(known)
    this.before = new Set(known)
  }

  static async open(store: Store): Promise<Overruns> {
    return new Overruns(store, await notedIn(store))
  }

  /** Takes up what other processes have noted. */
  async takeUp(): Promise<void> {
    this.known = new Set(await notedIn(this.store))
  }

  has({ type, code }: AskedParameter): boolean {
    return this.known.has(`${type} ${code}`)
  }

  /** Keeps one; answers whether it was not known. Rejects when it cannot be noted. */
  async add(type: string, code: string): Promise<boolean> {
    const name = `${type} ${code}`
    this.fresh.add(name)
    if (this.known.has(name)) return false
    this.known.add(name)
    // Another process may note one of its own at the same moment: what is lost by that is noted again.
    for (let noted = await notedIn(this.store); !noted.includes(name); noted = await notedIn(this.store)) {
      const notes = { [NOTE]: JSON.stringify([...new Set([...noted, ...this.known, name])]) }
      await this.store.commit({ changes: [], guards: [], notes })
    }
    return true
  }

  /** A pass through all resources begins. */
  begin(): void {
    this.fresh = new Set()
    this.before = new Set(this.known)
  }

  /** It has come to its end. */
  end(): void {
    this.known = new Set(this.fresh)
  }

  /** What the store is to keep at the end of a pass: those of the pass, and what others have noted meanwhile. */
  async notes(): Promise<Record<string, string>> {
    const others = (await notedIn(this.store)).filter((name) => !this.before.has(name))
    for (const name of others) this.fresh.add(name)
    return { [NOTE]: JSON.stringify([...this.fresh]) }
  }
}

async function notedIn(store: Store): Promise<string[]> {
  return JSON.parse((await store.note(NOTE)) ?? '[]') as string[]
}
