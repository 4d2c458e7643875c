import { memberRanges } from './outline.ts'

/** A resource's text with everything but versionId and lastUpdated, and where in `meta` these two go. */
export interface Stampable {
  text: Buffer
  metaAt: number
}

/**
 * Writes an id into a resource's text and makes room for versionId and lastUpdated, taking out those that were sent.
 * All else stays to the byte. `text` is valid JSON as `scan` leaves it, a resource with resourceType.
 */
export function prepareStamp(text: Buffer, id: string): Stampable {
  const members = memberRanges(text)
  const idText = JSON.stringify(id)
  const edits: Edit[] = []
  const meta = members.get('meta')
  const own = members.get('id')
  if (own) edits.push({ start: own.valueStart, end: own.end, text: idText })
  const type = members.get('resourceType')
  const behind = own?.end ?? type?.end ?? text.length - 1
  const inserted = own ? '' : `,"id":${idText}`
  if (!meta) {
    const before = `${inserted},"meta":{`
    edits.push({ start: behind, end: behind, text: `${before}}` })
    return splice(text, edits, behind, before.length)
  }
  if (inserted) edits.push({ start: behind, end: behind, text: inserted })
  edits.push(withoutStamp(text, meta.valueStart, meta.end))
  return splice(text, edits, meta.valueStart, 1)
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

interface Edit {
  start: number
  end: number
  text: string
}

/** The meta object again without a stamp, each member behind a comma: `{,"profile":[…]}` or `{}`. */
function withoutStamp(text: Buffer, start: number, end: number): Edit {
  const kept = [...memberRanges(text, start)]
    .filter(([name]) => name !== 'versionId' && name !== 'lastUpdated')
    .map(([, range]) => `,${text.toString('utf8', range.start, range.end)}`)
  return { start, end, text: `{${kept.join('')}}` }
}

/** Applies edits and tells where the byte lands that stands `into` bytes into the edit at `anchor`. */
function splice(text: Buffer, edits: Edit[], anchor: number, into: number): Stampable {
  const parts: Buffer[] = []
  let at = 0
  let length = 0
  let metaAt = 0
  const add = (part: Buffer): void => {
    parts.push(part)
    length += part.length
  }
  for (const edit of edits.sort((one, other) => one.start - other.start)) {
    add(text.subarray(at, edit.start))
    if (edit.start === anchor) metaAt = length + into
    add(Buffer.from(edit.text))
    at = edit.end
  }
  add(text.subarray(at))
  return { text: Buffer.concat(parts, length), metaAt }
}
