import type { Document } from 'mongodb'
import { typeInside } from '../../resources/contained.ts'
import type { VersionDocument } from '../../resources/store/mongo/document.ts'
import { type Method, PAGE_BYTES } from '../../resources/store/port.ts'
import type { Around, Found, LiveVersion, ResourceName } from '../searcher.ts'
import type { Readable, Seen } from './reading.ts'

/** What a found resource is kept by: its version, that of its container if it is contained, and its text if it came along. */
export interface Held extends ResourceName {
  version: number
  lastUpdated: number
  method: Method
  text: Buffer | undefined
}

/** Bytes of texts that come along with a page which was not asked for with what stands around them. */
const ALONG = 2 * 1024 * 1024

/**
 * Fields of documents, for `foundOf`. Texts come along, that they need not be asked for; one that is longer than its share of
 * a page does not: with texts like it, a page must be ended before they are read.
 */
export function fieldsWithTexts(count: number, isListing: boolean): Document {
  const share = Math.floor((isListing ? PAGE_BYTES : ALONG) / Math.max(1, count))
  const text = { $cond: [{ $lte: ['$bytes', share] }, '$text', '$$REMOVE'] }
  return { v: 1, t: 1, m: 1, c: 1, bytes: 1, text }
}

export function foundOf(type: string, document: Seen, position: string): Found {
  const { _id: id, v: version, t: lastUpdated, m: method, c, bytes, text } = document
  const kept = typeInside(type) === undefined ? { type, id } : (c as ResourceName)
  const held: Held = { ...kept, version, lastUpdated, method, text }
  return { type, id, position, bytes, held }
}

/** The first `count` of what was found, fewer where their texts grow past what one answer should hold. */
export function pageOf(all: readonly Found[], count: number): { found: Found[]; more: boolean } {
  let bytes = 0
  let end = 0
  while (end < all.length && end < count && bytes <= PAGE_BYTES) bytes += all[end++]!.bytes
  return { found: all.slice(0, end), more: end < all.length }
}

/** The versions that were found, one each, in their order; those whose texts did not come along are read now. */
export async function versionsOf(found: readonly Found[], store: Readable, most: number): Promise<LiveVersion[]> {
  const versions = found.map((one) => one.held as Held)
  const read = await readVersions(
    versions.filter(({ text }) => !text),
    store,
    most,
  )
  return versions.map((version) => {
    if (version.text) return { ...version, text: version.text }
    const known = read.get(keyOf(version))
    if (!known?.text) throw new Error(`no text of version ${version.version} of a ${version.type}`)
    return { ...version, lastUpdated: known.t, method: known.m, text: known.text }
  })
}

async function readVersions(
  versions: readonly Held[],
  { versions: collection }: Readable,
  maxTimeMS: number,
): Promise<Map<string, VersionDocument>> {
  const keys = [...new Set(versions.map(keyOf))]
  if (keys.length === 0) return new Map()
  const limit = keys.length
  const documents = await collection.find({ _id: { $in: keys } }, { maxTimeMS, limit, batchSize: limit }).toArray()
  return new Map(documents.map((document) => [document._id, document]))
}

/** `_id` of a VersionDocument. */
function keyOf({ type, id, version }: Held): string {
  return `${type}/${id}/${version}`
}

/** The texts of versions as one, each within what stands around it, with commas between them. */
export function joined(versions: readonly LiveVersion[], { beforeName, behindName, behind }: Around): Buffer {
  const behindText = Buffer.from(behind)
  const between = Buffer.from(`${behind},`)
  const parts = versions.flatMap(({ type, id, text }, at) => {
    const last = at === versions.length - 1
    return [Buffer.from(`${beforeName}${type}/${id}${behindName}`), text, last ? behindText : between]
  })
  return Buffer.concat(parts)
}
