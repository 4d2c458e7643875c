import { applyEdits, type Edit } from './edits.ts'
import { type MemberRange, memberRange, memberRanges } from './outline.ts'
import type { JsonDocument } from './parse.ts'

/** A resource's text with everything but versionId and lastUpdated, and where in `meta` these two go. */
export interface Stampable {
  text: Buffer
  metaAt: number
}

/**
 * Writes an id into a resource's text and makes room for versionId and lastUpdated, taking out those that were sent;
 * applies `edits` (which touch neither) along with it. All else stays to the byte.
 */
export function prepareStamp({ text, value }: JsonDocument, id: string, edits: Edit[] = []): Stampable {
  const own = value.id === undefined ? undefined : memberRange(text, 0, 'id')
  const meta = value.meta === undefined ? undefined : memberRange(text, 0, 'meta')
  const all = [...edits]
  if (own) all.push({ start: own.valueStart, end: own.end, text: JSON.stringify(id) })
  const behind = own?.end ?? memberRange(text, 0, 'resourceType')?.end ?? text.length - 1
  const idText = own ? '' : `,"id":${JSON.stringify(id)}`
  if (!meta) {
    const made = { start: behind, end: behind, text: `${idText},"meta":{}` }
    const edited = applyEdits(text, [...all, made], made)
    return { text: edited.text, metaAt: edited.at + made.text.length - 1 }
  }
  if (idText) all.push({ start: behind, end: behind, text: idText })
  const opened = openMeta(text, meta, all)
  const edited = applyEdits(text, all, opened)
  return { text: edited.text, metaAt: edited.at }
}

/** Puts versionId and lastUpdated into a prepared text. `lastUpdated` in ms since 1970. */
export function stamped(text: Buffer, metaAt: number, version: number, lastUpdated: number): Buffer {
  // The stamp comes first in meta; what follows brings its own comma.
  const stamp = `"versionId":"${version}","lastUpdated":"${new Date(lastUpdated).toISOString()}"`
  const whole = Buffer.allocUnsafe(text.length + stamp.length)
  text.copy(whole, 0, 0, metaAt)
  whole.write(stamp, metaAt, 'latin1')
  text.copy(whole, metaAt + stamp.length, metaAt)
  return whole
}

/**
 * Adds the edits that take a stamp out of meta and leave each other member behind a comma: `{,"profile":[…]}` or `{}`.
 * Gives the one at the beginning of meta.
 */
function openMeta(text: Buffer, meta: MemberRange, edits: Edit[]): Edit {
  const members = [...memberRanges(text, meta.valueStart)].map(([name, range]) => ({ ...range, kept: !isStamp(name) }))
  const lastKept = members.findLastIndex(({ kept }) => kept)
  const opened = { start: meta.valueStart + 1, end: meta.valueStart + 1, text: lastKept < 0 ? '' : ',' }
  edits.push(opened)
  for (const [at, { start, end, kept }] of members.entries()) {
    const comma = at < members.length - 1 ? 1 : 0
    if (!kept) edits.push({ start, end: end + comma, text: '' })
    else if (at === lastKept && comma) edits.push({ start: end, end: end + 1, text: '' })
  }
  return opened
}

function isStamp(name: string): boolean {
  return name === 'versionId' || name === 'lastUpdated'
}
