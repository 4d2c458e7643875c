import type { HistoryEntry, HistoryQuery, HistoryScope } from '../../resources/store/port.ts'
import { allOf, type Expression } from '../../search/expression.ts'
import type { Restriction, Search, Searcher } from '../../search/searcher.ts'
import type { SeenPage, Telling } from '../interactions/seen-history.ts'

/** The history of the audit log, or of one of its events, of which each has one version. */
export class LogHistory implements Telling {
  private readonly searcher: Searcher
  private readonly scope: HistoryScope
  private readonly restriction: Restriction

  constructor(searcher: Searcher, scope: HistoryScope, restriction: Restriction) {
    this.searcher = searcher
    this.scope = scope
    this.restriction = restriction
  }

  async page(query: HistoryQuery, count: number): Promise<SeenPage> {
    const { found, more } = await this.searcher.find(this.searchFor(query), count, query.before)
    const versions = await this.searcher.versions(found)
    const entries = versions.map(
      (version, at): HistoryEntry => ({ ...version, position: found[at]!.position, created: true }),
    )
    return { entries, next: more ? entries.at(-1)?.position : undefined }
  }

  count(query: HistoryQuery): Promise<number> {
    return this.searcher.count(this.searchFor(query))
  }

  private searchFor({ since, at }: HistoryQuery): Search {
    const { id } = this.scope
    const parts: Expression[] = []
    if (id !== undefined) parts.push({ kind: 'id', ids: [id] })
    if (since !== undefined) parts.push({ kind: 'lastUpdated', ranges: [{ start: since, end: undefined }] })
    // What is recorded once is current ever after.
    if (at) parts.push({ kind: 'lastUpdated', ranges: [{ start: undefined, end: at.end }] })
    return { type: 'AuditEvent', where: allOf(parts), restriction: this.restriction }
  }
}
