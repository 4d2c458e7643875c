import { itemRanges, memberRanges } from '../../resources/json/outline.ts'
import { scan } from '../../resources/json/scan.ts'
import type { Piece } from './sources.ts'

const DEPTH = 1000

/** A Bundle to be sent, and how its entries are to be named when they fail. */
export interface Sendable {
  name: string
  text: Buffer
}

/**
 * Makes a batch or transaction of a piece: one that is such a Bundle goes as it is; a resource alone, lines of NDJSON
 * and the entries of other Bundles go as a batch, each under its own id or, lacking one, under a new one. Throws
 * FhirError or SyntaxError where it is not JSON.
 */
export function sendableOf(piece: Piece): Sendable {
  if (piece.kind === 'lines') {
    const resources = piece.bytes
      .toString()
      .split('\n')
      .map((line) => Buffer.from(line))
    return { name: piece.name, text: batchOf(resources) }
  }
  const { text } = scan(piece.bytes, DEPTH)
  const members = memberRanges(text)
  const member = (name: string) => {
    const range = members.get(name)
    return range && text.toString('utf8', range.valueStart, range.end)
  }
  if (member('resourceType') !== '"Bundle"') return { name: piece.name, text: batchOf([text]) }
  if (member('type') === '"transaction"' || member('type') === '"batch"') return { name: piece.name, text }
  const list = members.get('entry')
  const items = list ? [...itemRanges(text, list.valueStart, 'resource')] : []
  const resources = items.map(({ member }) => member && text.subarray(member.valueStart, member.end))
  return { name: piece.name, text: batchOf(resources.filter((resource) => resource !== undefined)) }
}

function batchOf(resources: Buffer[]): Buffer {
  const entries = resources.map((resource) => {
    const { resourceType, id } = JSON.parse(resource.toString()) as { resourceType?: string; id?: string }
    const request =
      id === undefined ? { method: 'POST', url: resourceType } : { method: 'PUT', url: `${resourceType}/${id}` }
    return `{"resource":${resource.toString()},"request":${JSON.stringify(request)}}`
  })
  const list = entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''
  return Buffer.from(`{"resourceType":"Bundle","type":"batch"${list}}`)
}
