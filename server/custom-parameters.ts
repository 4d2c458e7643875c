import { parseText } from '../resources/json/parse.ts'
import type { Change, Outcome, Store } from '../resources/store/port.ts'
import { isUsed, type StoredParameter, tableOf } from '../search/custom/stored.ts'
import type { CustomParameter, ParameterRegistry } from '../search/parameters.ts'
import type { Searcher } from '../search/searcher.ts'

const TYPE = 'SearchParameter'

/** Stored parameters that are read at a time when the server starts. */
const PAGE = 200

/** Keeps the registry up with the SearchParameters that the store holds. */
export class CustomParameters {
  private readonly registry: ParameterRegistry
  private readonly used = new Map<string, CustomParameter>()
  private readonly versions = new Map<string, number>()

  constructor(registry: ParameterRegistry) {
    this.registry = registry
  }

  /** Reads all that are stored, before anything is asked of the server. */
  async load(searcher: Searcher): Promise<void> {
    await this.read(searcher)
    if (this.used.size > 0) this.tell()
  }

  /** Reads all anew, which others may have changed; answers whether other parameters are used now. */
  async refresh(store: Store, searcher: Searcher): Promise<boolean> {
    const { there, changed } = await this.read(searcher)
    let isOther = changed
    for (const id of [...this.used.keys()].filter((used) => !there.has(used))) {
      const current = await store.read(TYPE, id)
      if (current && this.take(id, current.version, current.text)) isOther = true
    }
    if (isOther) this.tell()
    return isOther
  }

  /** All that are stored: their ids, and whether other parameters are used than before. */
  private async read(searcher: Searcher): Promise<{ there: Set<string>; changed: boolean }> {
    const there = new Set<string>()
    let changed = false
    const search = {
      type: TYPE,
      where: { kind: 'all' },
      restriction: { byType: {}, others: { kind: 'all' } },
    } as const
    let after: string | undefined
    do {
      const { found, more } = await searcher.find(search, PAGE, after)
      for (const { id, version, text } of await searcher.versions(found)) {
        there.add(id)
        if (this.take(id, version, text)) changed = true
      }
      after = more ? found.at(-1)?.position : undefined
    } while (after !== undefined)
    return { there, changed }
  }

  /** Takes up what a commit wrote; answers whether other parameters are used now. */
  committed(changes: readonly Change[], outcomes: readonly Outcome[]): boolean {
    let changed = false
    for (const [at, change] of changes.entries()) {
      if (change.type !== TYPE || change.kind === 'index') continue
      const text = change.kind === 'write' ? change.text : undefined
      if (this.take(change.id, outcomes[at]?.version ?? 0, text)) changed = true
    }
    if (changed) this.tell()
    return changed
  }

  /** Of versions that come in another order than they were committed in, the last one counts. */
  private take(id: string, version: number, text: Buffer | undefined): boolean {
    if (version < (this.versions.get(id) ?? 0)) return false
    this.versions.set(id, version)
    const parameter = text && (parseText(text.toString()) as StoredParameter)
    const before = this.used.get(id)
    const now = parameter && isUsed(parameter) ? { id, table: tableOf(parameter) } : undefined
    if (now) this.used.set(id, now)
    else this.used.delete(id)
    return JSON.stringify(before) !== JSON.stringify(now)
  }

  private tell(): void {
    this.registry.replace([...this.used.values()])
  }
}
