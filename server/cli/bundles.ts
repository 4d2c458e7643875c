import { itemRanges, memberRange } from '../../resources/json/outline.ts'
import { parseText } from '../../resources/json/parse.ts'
import { scan } from '../../resources/json/scan.ts'
import type { Piece } from './sources.ts'

/** Deeper than any server takes: what is too deep is for the server to say. */
const DEPTH = 10_000

/** A Bundle to be sent. */
export interface Sendable {
  text: Buffer
  /** What to call each of its entries when it fails. */
  entryName(at: number): string
  /** What of the piece is no JSON object, and so not in the Bundle. */
  unreadable: string[]
}

/**
 * Makes a batch or transaction of a piece: one that is such a Bundle goes as it is; a resource alone, lines of NDJSON
 * and the entries of other Bundles go as a batch, each under its own id or, lacking one, under a new one. Throws
 * FhirError where a document is not JSON.
 */
export function sendableOf({ name, bytes, lines }: Piece): Sendable {
  if (lines) {
    const resources = bytes.toString().split('\n')
    return batchOf(resources.map((text, at) => ({ name: `${name}:${lines[at]}`, text })))
  }
  const { text } = scan(bytes, DEPTH)
  parseText(text.toString())
  const member = (wanted: string) => {
    const range = memberRange(text, 0, wanted)
    return range && text.toString('utf8', range.valueStart, range.end)
  }
  if (member('resourceType') !== '"Bundle"') return batchOf([{ name, text: text.toString() }])
  const entryName = (at: number) => `${name} Bundle.entry[${at}]`
  if (member('type') === '"transaction"' || member('type') === '"batch"') return { text, entryName, unreadable: [] }
  const list = memberRange(text, 0, 'entry')
  const items = list ? [...itemRanges(text, list.valueStart, 'resource')] : []
  const resources = items.flatMap((item, at) =>
    item.member ? [{ name: entryName(at), text: text.toString('utf8', item.member.valueStart, item.member.end) }] : [],
  )
  return batchOf(resources)
}

function batchOf(resources: { name: string; text: string }[]): Sendable {
  const names: string[] = []
  const entries: string[] = []
  const unreadable: string[] = []
  for (const { name, text } of resources) {
    const request = requestFor(text)
    if (!request) {
      unreadable.push(name)
      continue
    }
    names.push(name)
    entries.push(`{"resource":${text},"request":${JSON.stringify(request)}}`)
  }
  const list = entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''
  const text = Buffer.from(`{"resourceType":"Bundle","type":"batch"${list}}`)
  return { text, entryName: (at) => names[at] ?? '', unreadable }
}

function requestFor(text: string): { method: string; url: string } | undefined {
  try {
    const { resourceType, id } = JSON.parse(text) as { resourceType?: string; id?: string }
    return id === undefined
      ? { method: 'POST', url: String(resourceType) }
      : { method: 'PUT', url: `${resourceType}/${id}` }
  } catch {
    return undefined
  }
}
