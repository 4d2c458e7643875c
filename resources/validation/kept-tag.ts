import { isObject, type JsonObject, parseLossless, printLossless } from '../json/lossless.ts'
import { memberRange } from '../json/outline.ts'
import type { JsonDocument } from '../json/parse.ts'

/** The tag (R4 Resource.meta.tag) of a resource that was kept although validation found errors in it. */
export const INVALID_TAG = {
  system: 'https://chartroom.invalid/fhir/CodeSystem/validation',
  code: 'invalid',
  display: 'kept with errors of validation',
} as const

/**
 * A resource with the tag, or without it; the same one where nothing is to be changed. Of its text only meta is written anew, decimals
 * as they are.
 */
export function withTag(document: JsonDocument, isInvalid: boolean): JsonDocument {
  const meta = (document.value.meta ?? {}) as { tag?: unknown[] }
  const others = (meta.tag ?? []).filter((tag) => !isTag(tag))
  const has = others.length < (meta.tag?.length ?? 0)
  if (has === isInvalid) return document
  const tags = isInvalid ? [...others, { ...INVALID_TAG }] : others
  const { meta: _, ...rest } = document.value
  const now = metaWith(meta, tags)
  const value = now ? { ...document.value, meta: now } : rest
  return { value, text: textWith(document.text, isInvalid) }
}

function isTag(tag: unknown): boolean {
  const { system, code } = (tag ?? {}) as { system?: unknown; code?: unknown }
  return system === INVALID_TAG.system && code === INVALID_TAG.code
}

function metaWith<T extends object>(meta: T, tags: unknown[]): object | undefined {
  const { tag: _, ...rest } = meta as T & { tag?: unknown }
  const now = tags.length > 0 ? { ...rest, tag: tags } : rest
  return Object.keys(now).length > 0 ? now : undefined
}

function textWith(text: Buffer, isInvalid: boolean): Buffer {
  const range = memberRange(text, 0, 'meta')
  if (!range) {
    const behind = memberRange(text, 0, 'id') ?? memberRange(text, 0, 'resourceType')
    return spliced(text, behind!.end, behind!.end, `,"meta":{"tag":[${JSON.stringify(INVALID_TAG)}]}`)
  }
  const meta = parseLossless(text.toString('utf8', range.valueStart, range.end)) as JsonObject
  const tags = (Array.isArray(meta.tag) ? meta.tag : []).filter((tag) => !isObject(tag) || !isTag(tag))
  const now = metaWith(meta, isInvalid ? [...tags, { ...INVALID_TAG }] : tags)
  if (now) return spliced(text, range.valueStart, range.end, printLossless(now as JsonObject))
  // In front of it there is another member, or behind it: a resource has its type.
  const isBehindAnother = text[range.start - 1] === COMMA
  return spliced(text, isBehindAnother ? range.start - 1 : range.start, isBehindAnother ? range.end : range.end + 1, '')
}

const COMMA = 0x2c

function spliced(text: Buffer, start: number, end: number, inner: string): Buffer {
  return Buffer.concat([text.subarray(0, start), Buffer.from(inner), text.subarray(end)])
}
