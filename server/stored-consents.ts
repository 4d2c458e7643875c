import type { HeldConsents } from '../auth/consent/held.ts'
import { parseText } from '../resources/json/parse.ts'
import type { Change, Outcome, Store, StoredVersion } from '../resources/store/port.ts'
import type { Searcher } from '../search/searcher.ts'

const TYPE = 'Consent'

/** Consents that are read at a time. */
const PAGE = 500

/** ms by which the clocks of processes may differ, and what takes a commit longer than the one behind it. */
const OVERLAP = 600_000

/** ms after which what could not be read is tried again. */
const AGAIN = 1_000

/** Keeps the Consents that are held up with those that the store has: what this process commits at once, all else soon. */
export class StoredConsents {
  private readonly store: Store
  private readonly searcher: Searcher
  private readonly consents: HeldConsents
  private endWatch: () => Promise<void> = async () => undefined
  private working: Promise<void> | undefined
  private changed = false
  private closed = false
  private timer: NodeJS.Timeout | undefined
  /** ms since 1970, when the last look that came to its end began. */
  private lookedAt = 0

  private constructor(store: Store, searcher: Searcher, consents: HeldConsents) {
    this.store = store
    this.searcher = searcher
    this.consents = consents
  }

  /** Resolves when all that are stored are held. */
  static async open(store: Store, searcher: Searcher, consents: HeldConsents): Promise<StoredConsents> {
    const stored = new StoredConsents(store, searcher, consents)
    await stored.load()
    if (store.shared) stored.endWatch = store.shared.watch(TYPE, () => void stored.look())
    return stored
  }

  /** Takes up what a commit of this process wrote. */
  committed(changes: readonly Change[], outcomes: readonly Outcome[]): void {
    for (const [at, change] of changes.entries()) {
      if (change.type !== TYPE || change.kind === 'index') continue
      const text = change.kind === 'write' ? change.text : undefined
      this.consents.take(change.id, outcomes[at]?.version ?? 0, text && parseText(text.toString()))
    }
  }

  async close(): Promise<void> {
    this.closed = true
    clearTimeout(this.timer)
    await this.endWatch()
    await this.working
  }

  private async load(): Promise<void> {
    this.lookedAt = Date.now()
    const search = {
      type: TYPE,
      where: { kind: 'all' },
      restriction: { byType: {}, others: { kind: 'all' } },
    } as const
    let after: string | undefined
    do {
      const { found, more } = await this.searcher.find(search, PAGE, after)
      for (const version of await this.searcher.versions(found)) this.take(version)
      after = more ? found.at(-1)?.position : undefined
    } while (after !== undefined)
  }

  /** One look at a time; what changes meanwhile is looked at when it is over. */
  private look(): Promise<void> {
    this.changed = true
    this.working ??= this.catchUp()
      .catch(() => this.lookAgain())
      .finally(() => {
        this.working = undefined
      })
    return this.working
  }

  private lookAgain(): void {
    if (this.closed) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.look(), AGAIN).unref()
  }

  private async catchUp(): Promise<void> {
    while (this.changed && !this.closed) {
      this.changed = false
      const began = Date.now()
      const since = this.lookedAt - OVERLAP
      let before: string | undefined
      do {
        const { entries, more } = await this.store.history(
          { type: TYPE },
          { since, ...(before === undefined ? {} : { before }) },
          PAGE,
        )
        for (const version of entries) this.take(version)
        before = more ? entries.at(-1)?.position : undefined
      } while (before !== undefined)
      this.lookedAt = began
    }
  }

  private take({ id, version, text }: StoredVersion): void {
    this.consents.take(id, version, text && parseText(text.toString()))
  }
}
