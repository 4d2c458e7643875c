import { FhirError, type Issue } from '../../resources/fhir-error.ts'
import { OPEN_LIST } from '../../resources/json/bytes.ts'
import { type ItemRange, itemRanges, memberStart } from '../../resources/json/outline.ts'
import { countMembers, duplicateMember, parseText } from '../../resources/json/parse.ts'
import { scanPaced } from '../../resources/json/scan.ts'
import { Pace } from '../../resources/pace.ts'
import { checkStructure } from '../../resources/validation/structure/check.ts'
import type { Config } from '../config.ts'

/** A Bundle cut into its entries, which are not parsed yet: each is a text of its own. */
export interface CutBundle {
  type: 'batch' | 'transaction'
  entries: CutEntry[]
  /** Members in all entries together: more than their parsed values have means that a name stands twice. */
  entryMembers: number
}

/** The text of an entry, and the part of it that is its resource. */
export interface CutEntry {
  text: Buffer
  resource: Buffer | undefined
}

/**
 * Cuts the text of a batch or transaction without parsing its entries, so that a large one never holds the thread for
 * long. Throws `invalid` when it is no such Bundle, `too-large` when it has more entries than the setting allows.
 */
export async function cutBundle(bytes: Uint8Array | undefined, config: Config): Promise<CutBundle> {
  if (!bytes || bytes.length === 0) throw FhirError.of('invalid', 'A Bundle is expected in the body.')
  const pace = new Pace()
  const { text, members } = await scanPaced(bytes, config.maxDepth, pace)
  const list = memberStart(text, 0, 'entry')?.valueStart
  const isList = list !== undefined && text[list] === OPEN_LIST
  const ranges: ItemRange[] = []
  for (const range of isList ? itemRanges(text, list, 'resource') : []) {
    if (ranges.push(range) > config.maxEntries) {
      throw FhirError.of('too-large', `The Bundle has more than ${config.maxEntries} entries.`)
    }
    if (pace.due) await pace.rest()
  }
  const frame = parseFrame(text, ranges)
  if (isList && ranges.length === 0) throw FhirError.of('invalid', 'Must not be empty.', { expression: 'Bundle.entry' })
  return {
    type: bundleType(frame),
    entries: ranges.map(({ start, end, member }) => ({
      text: text.subarray(start, end),
      resource: member && text.subarray(member.valueStart, member.end),
    })),
    entryMembers: members - countMembers(frame),
  }
}

/** A cut entry, parsed: what it means, and the text of its resource. */
export interface EntryDocument {
  value: Record<string, unknown> & { resource?: Record<string, unknown> }
  resourceText: Buffer | undefined
}

/** Parses an entry. Throws `invalid` when it is not a JSON object: then neither is the Bundle. */
export function parseEntry({ text, resource }: CutEntry): EntryDocument {
  const value = parseText(text.toString())
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw FhirError.of('invalid', 'Must be an object.', { code: 'structure', expression: 'Bundle.entry' })
  }
  return { value: value as EntryDocument['value'], resourceText: resource }
}

/** Checks all of an entry but its resource. Throws `invalid` with expressions under `Bundle.entry`. */
export function checkEntry({ value: { resource, ...rest } }: EntryDocument): void {
  const isObject = typeof resource === 'object' && resource !== null && !Array.isArray(resource)
  if (resource !== undefined && !isObject) {
    throw FhirError.of('invalid', 'Must be a resource.', { code: 'structure', expression: 'Bundle.entry.resource' })
  }
  if (rest.request === undefined) {
    throw FhirError.of('invalid', 'The entry has no request.', { code: 'required', expression: 'Bundle.entry.request' })
  }
  const issues = checkStructure({ resourceType: 'Bundle', type: 'batch', entry: [rest] })
  if (issues.length > 0) throw new FhirError('invalid', issues.map(ofAnyEntry))
}

/** `Bundle.entry[0].x` as `Bundle.entry.x`: which entry it is, is said where that is known. */
function ofAnyEntry({ expression, ...issue }: Issue): Issue {
  const below = /^Bundle\.entry\[0\](\..*)$/.exec(expression?.[0] ?? '')?.[1]
  return below === undefined ? issue : { ...issue, expression: [`Bundle.entry${below}`] }
}

/** Throws `invalid` when the entries of a Bundle have fewer members, parsed, than its text. */
export function checkMembers(bundle: CutBundle, counted: number): void {
  if (counted !== bundle.entryMembers) throw duplicateMember()
}

/** Parses the Bundle with a null for each entry: what is not JSON between the entries is found here. */
function parseFrame(text: Buffer, ranges: { start: number; end: number }[]): Record<string, unknown> {
  const parts: string[] = []
  let at = 0
  for (const { start, end } of ranges) {
    parts.push(text.toString('utf8', at, start))
    at = end
  }
  const frame = parseText([...parts, text.toString('utf8', at)].join('null'))
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    throw FhirError.of('invalid', 'The body is not a JSON object.', { code: 'structure' })
  }
  const { entry } = frame as { entry?: unknown }
  if (Array.isArray(entry) && entry.length !== ranges.length) throw notJson()
  return frame as Record<string, unknown>
}

function notJson(): FhirError {
  return FhirError.of('invalid', 'The body is not valid JSON.', { code: 'structure' })
}

function bundleType(frame: Record<string, unknown>): 'batch' | 'transaction' {
  const { entry, ...rest } = frame
  if (rest.resourceType !== 'Bundle') {
    throw FhirError.of('invalid', 'A Bundle of type batch or transaction is expected here.', { expression: 'Bundle' })
  }
  if (entry !== undefined && !Array.isArray(entry)) {
    throw FhirError.of('invalid', 'Must be a list.', { code: 'structure', expression: 'Bundle.entry' })
  }
  const issues = checkStructure(rest)
  if (issues.length > 0) throw new FhirError('invalid', issues)
  if (rest.type === 'batch' || rest.type === 'transaction') return rest.type
  throw FhirError.of('invalid', 'Only a Bundle of type batch or transaction is taken here.', {
    expression: 'Bundle.type',
  })
}
