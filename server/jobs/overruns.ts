import type { Store } from '../../resources/store/port.ts'
import type { AskedParameter } from '../../search/asked.ts'

const NOTE = 'overruns'

/**
 * Parameters that some resources have no entries of, because their expressions took too long there. Noted in the store
 * before such a resource is, and forgotten when all have been indexed again without it.
 */
export class Overruns {
  private readonly store: Store
  private readonly known: Set<string>
  /** Those of the pass at hand. */
  private fresh: Set<string>

  private constructor(store: Store, known: readonly string[]) {
    this.store = store
    this.known = new Set(known)
    this.fresh = new Set(known)
  }

  static async open(store: Store): Promise<Overruns> {
    return new Overruns(store, JSON.parse((await store.note(NOTE)) ?? '[]') as string[])
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
    await this.store.commit({ changes: [], guards: [], notes: this.notes() })
    return true
  }

  /** A pass through all resources begins. */
  begin(): void {
    this.fresh = new Set()
  }

  /** It has come to its end. */
  end(): void {
    this.known.clear()
    for (const name of this.fresh) this.known.add(name)
  }

  /** What the store is to keep, with all that is known or, at the end of a pass, with those of the pass. */
  notes(of: 'known' | 'fresh' = 'known'): Record<string, string> {
    return { [NOTE]: JSON.stringify([...(of === 'known' ? this.known : this.fresh)]) }
  }
}
