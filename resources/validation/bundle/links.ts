import type { Place, Run } from '../place.ts'
import type { Bundle } from './entry-index.ts'

/** Relations of which a Bundle has one at the most: where it comes from, and the pages around it (RFC 8288, R4 http.html#paging). */
const ONCE = new Set(['self', 'first', 'previous', 'prev', 'next', 'last'])

/** Bundle.link: each relation that tells one place stands there once. */
export function checkLinks(place: Place, { link = [] }: Bundle, run: Run): void {
  const seen = new Set<string>()
  for (const [at, { relation }] of link.entries()) {
    if (relation === undefined || !ONCE.has(relation)) continue
    if (seen.has(relation)) {
      const diagnostics = `The link relation ${relation} stands here twice.`
      run.report(
        place,
        { severity: 'error', code: 'invalid', messageId: 'bundle-link-once', diagnostics },
        `link[${at}]`,
      )
    }
    seen.add(relation)
  }
}
