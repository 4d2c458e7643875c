import { FhirError } from '../../resources/fhir-error.ts'
import { type ItemRange, itemRanges, memberRange } from '../../resources/json/outline.ts'
import { type JsonDocument, parseDocument } from '../../resources/json/parse.ts'
import { KEY_EXTENSION } from '../bundle/request.ts'
import type { Piece } from './sources.ts'

/** Deeper than any server takes: what is too deep is for the server to say. */
const DEPTH = 1_000

/** A Bundle to be sent. */
export interface Sendable {
  text: Buffer
  /** What to call each of its entries when it fails. */
  entryName(at: number): string
  /** What of the piece cannot go into the Bundle, and why. */
  refused: { name: string; error: FhirError }[]
}

/** Makes the key by which a resource that is loaded again is known. */
export type KeyOf = (name: string, text: Buffer) => string

/**
 * Makes a batch or transaction of a piece. One that is such a Bundle goes as it is, a document or a message as the one
 * resource that it is. The entries of a collection or searchset, a resource alone and lines of NDJSON go each under its
 * own id or, lacking one, under a new one: as a batch, or where the entries are linked by urns as a transaction. Throws
 * FhirError where a document is not JSON, or is a history, which cannot be told again.
 */
export function sendableOf({ name, bytes, lines }: Piece, keyOf: KeyOf): Sendable {
  if (lines) {
    return batchOf(
      lines.map((line) => ({ name: `${name}:${line.number}`, read: () => parseDocument(line.bytes, DEPTH) })),
      keyOf,
    )
  }
  const document = parseDocument(bytes, DEPTH)
  const { resourceType, type } = document.value
  const entryName = (at: number) => `${name} Bundle.entry[${at}]`
  if (resourceType === 'Bundle' && (type === 'transaction' || type === 'batch')) {
    return { text: document.text, entryName, refused: [] }
  }
  if (resourceType === 'Bundle' && type === 'history') {
    throw FhirError.of('invalid', 'A history cannot be loaded: its versions would get new numbers and times.')
  }
  const loose = resourceType === 'Bundle' && type !== 'document' && type !== 'message'
  if (!loose) return batchOf([{ name, read: () => document }], keyOf)
  const entries = entriesOf(document)
  if (entries.some(({ fullUrl }) => fullUrl?.startsWith('urn:'))) return transactionOf(entries, entryName)
  return batchOf(
    entries.map((entry) => ({ name: entryName(entry.at), read: () => resourceOf(entry) })),
    keyOf,
  )
}

interface Entry {
  at: number
  fullUrl: string | undefined
  resource: JsonDocument | undefined
}

/** The entries of a Bundle that are not about the search that it answers. */
function entriesOf({ text, value }: JsonDocument): Entry[] {
  const values = (Array.isArray(value.entry) ? value.entry : []) as {
    fullUrl?: string
    search?: { mode?: string }
    resource?: object
  }[]
  const list = memberRange(text, 0, 'entry')
  const ranges: ItemRange[] = list ? [...itemRanges(text, list.valueStart, 'resource')] : []
  return values
    .map((entry, at) => {
      const member = ranges[at]?.member
      const resource = member && {
        text: text.subarray(member.valueStart, member.end),
        value: entry.resource as Record<string, unknown>,
      }
      return { at, fullUrl: entry.fullUrl, resource, mode: entry.search?.mode }
    })
    .filter(({ mode }) => mode !== 'outcome')
}

function resourceOf({ resource }: Entry): JsonDocument {
  if (!resource) throw FhirError.of('invalid', 'The entry has no resource.')
  return resource
}

function transactionOf(entries: readonly Entry[], nameOf: (at: number) => string): Sendable {
  const kept = entries.filter(({ resource }) => resource !== undefined)
  const texts = kept.map(({ fullUrl, resource }) => {
    const { value, text } = resource!
    const byUrn = fullUrl?.startsWith('urn:') || value.id === undefined
    const request = byUrn
      ? { method: 'POST', url: value.resourceType }
      : { method: 'PUT', url: `${value.resourceType}/${value.id}` }
    return `{"fullUrl":${JSON.stringify(fullUrl)},"resource":${text.toString()},"request":${JSON.stringify(request)}}`
  })
  const without = entries.filter(({ resource }) => resource === undefined)
  const refused = without.map(({ at }) => ({
    name: nameOf(at),
    error: FhirError.of('invalid', 'The entry has no resource.'),
  }))
  return { text: bundleOf('transaction', texts), entryName: (at) => nameOf(kept[at]?.at ?? at), refused }
}

function batchOf(resources: { name: string; read: () => JsonDocument }[], keyOf: KeyOf): Sendable {
  const names: string[] = []
  const entries: string[] = []
  const refused: Sendable['refused'] = []
  for (const { name, read } of resources) {
    try {
      entries.push(entryFor(read(), (text) => keyOf(name.replace(/:\d+$/, ''), text)))
      names.push(name)
    } catch (error) {
      if (!(error instanceof FhirError)) throw error
      refused.push({ name, error })
    }
  }
  return { text: bundleOf('batch', entries), entryName: (at) => names[at] ?? '', refused }
}

function entryFor({ text, value }: JsonDocument, keyOf: (text: Buffer) => string): string {
  const { resourceType, id } = value
  if (typeof resourceType !== 'string') throw FhirError.of('invalid', 'It has no resourceType.')
  const extension = [{ url: KEY_EXTENSION, valueString: keyOf(text) }]
  const request =
    id === undefined ? { method: 'POST', url: resourceType } : { method: 'PUT', url: `${resourceType}/${id}` }
  return `{"resource":${text.toString()},"request":${JSON.stringify({ extension, ...request })}}`
}

function bundleOf(type: 'batch' | 'transaction', entries: string[]): Buffer {
  const list = entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''
  return Buffer.from(`{"resourceType":"Bundle","type":"${type}"${list}}`)
}
