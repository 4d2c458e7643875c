import { PAGE_BYTES } from '../../resources/store/port.ts'
import type { Around, Found, FoundPage } from '../searcher.ts'
import { type Fragment, sql } from './fragment.ts'

/** What a statement of `pageStatement` gives: the texts as one, and lists with commas of what `FoundRow` has. */
export type JoinedRow = [text: Uint8Array | null, rids: string | null, ids: string, seqs: string, bytes: string]

/**
 * Columns of what is found, for `pageStatement`. A text that is longer than its share of a page is left out: with texts
 * like it, a page must be ended before they are read.
 */
export function textColumns(count: number): Fragment {
  return sql`r.rid, r.id, r.seq, octet_length(v.text) AS bytes,
    CASE WHEN octet_length(v.text) <= ${Math.floor(PAGE_BYTES / count)} THEN CAST(v.text AS TEXT) END AS text`
}

/** Joins the texts of what a statement finds, in the store: one value is read where there would be one a text. */
export function pageStatement(found: Fragment, type: string, { beforeName, behindName, behind }: Around): Fragment {
  return sql`SELECT CAST(group_concat(${`${beforeName}${type}/`} || id || ${behindName} || text, ${`${behind},`}) || ${behind} AS BLOB),
    group_concat(rid), group_concat(id), group_concat(seq), group_concat(bytes) FROM (${found})`
}

/** A page of `count` at the most of one more that may have been found; undefined where a text was left out. */
export function joinedPage(row: JoinedRow, type: string, count: number, around: Around): FoundPage | undefined {
  const [text, rids, ids, seqs, lengths] = row
  if (rids === null) return { found: [], more: false, text: Buffer.alloc(0) }
  const [positions, names, held] = [rids.split(','), ids.split(','), seqs.split(',')]
  const bytes = lengths.split(',').map(Number)
  const most = Math.floor(PAGE_BYTES / (count + 1))
  if (text === null || bytes.some((length) => length > most)) return undefined
  const found = names.map(
    (id, at): Found => ({ type, id, position: positions[at]!, held: Number(held[at]), bytes: bytes[at]! }),
  )
  const whole = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  if (found.length <= count) return { found, more: false, text: whole }
  const last = found.pop()!
  const head = Buffer.byteLength(`${around.beforeName}${type}/${last.id}${around.behindName}`)
  const cut = whole.length - 1 - head - last.bytes - Buffer.byteLength(around.behind)
  return { found, more: true, text: whole.subarray(0, cut) }
}
