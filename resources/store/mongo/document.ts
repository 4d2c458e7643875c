import type { IndexEntry, Method } from '../port.ts'
import { keyOf } from './keys.ts'

/** A range of an entry: parameter, unit ('' for none), and both ends. */
export interface RangeFact {
  p: string
  u: string
  l: number
  h: number
}

/** What a resource counts with when it is sorted by a parameter: the least value or start, the greatest value or end. */
export interface SortFact {
  a: string | number
  z: string | number
  /** Of the date that the type is listed by: which of the `SPANS` it is within. */
  w?: number
}

/**
 * Spans between a least start and a greatest end, in ms; every other is within the last. Of a range within a known span one
 * end tells where the other is, so that a stretch of time has two ends in an index of either.
 */
export const SPANS: readonly number[] = [1000, 3_600_000, 2 * 86_400_000, 32 * 86_400_000, Number.POSITIVE_INFINITY]

/** What a resource is found by, as its document has it. What there is none of is left out. */
export interface IndexFacts {
  /** Keys of tokens, strings, references and uris (`keys.ts`). */
  k?: string[]
  r?: RangeFact[]
  /** The same of each group: of one element, for composites. */
  g?: { k?: string[]; r?: RangeFact[] }[]
  /** Words: `t` before those of `_text`, `c` before those of `_content`. */
  w?: string[]
  /** By parameter, as `fieldOf` has it. */
  s?: Record<string, SortFact>
  /** Patients that it is about by the parameter `patient`: the id, and the id with each of some keys behind it (`patientKey`). */
  pk?: string[]
}

/** A resource, by its id in the collection of its type; a deleted one is kept by what its next version must know. */
export interface ResourceDocument extends IndexFacts {
  _id: string
  /** Version. */
  v: number
  /** Last update, ms since 1970. */
  t: number
  m: Method
  live: boolean
  /** JSON text in UTF-8; absent when deleted. */
  text?: Buffer
  /** Bytes of `text`. */
  bytes: number
  /** What it contains, each as `Type#id`; absent when there is nothing. */
  holds?: string[]
}

/** A contained resource, by its `insideId` in the collection of its `insideName`: there only while it is in its container. */
export interface ContainedDocument extends IndexFacts {
  _id: string
  /** Its container, and the version and last update of that. */
  c: { type: string; id: string }
  v: number
  t: number
  live: true
  /** Bytes of the container's text. */
  bytes: number
}

/** A version of any resource, in the one collection of all versions. */
export interface VersionDocument {
  /** `Type/id/version`. */
  _id: string
  type: string
  id: string
  v: number
  t: number
  /** Its place among the versions of one commit, which have one time: history is in their order. */
  n: number
  m: Method
  created: boolean
  text?: Buffer
  /** When the next version took its place; absent of what is current. */
  until?: number
}

/** That resources of a type contained ones of another, at some time; its `_id` is `Contained#Container`. */
export interface ContainerDocument {
  _id: string
  contained: string
  container: string
}

/** A piece of work that was done; it is forgotten some time after `at`. */
export interface DoneDocument {
  _id: string
  at: Date
}

/** What racers for the same both write (`MongoSelection.locks`); it may go when nothing so old is under way. */
export interface LockDocument {
  _id: string
  n: number
  at: Date
}

/** A note, or the version of this layout. */
export interface NoteDocument {
  _id: string
  value: string
}

/** What the server keeps that is no resource (`../state.ts`); its `_id` is the kind and the key, with a slash between. */
export interface StateDocument {
  _id: string
  /** Revision. */
  r: number
  /** From when on it is not there any more. */
  x?: Date
  /** Aliases, each behind the kind and a slash. */
  a?: string[]
  /** JSON text. */
  value: string
}

export interface SecretDocument {
  _id: string
  value: Buffer
}

/** Parameters of tokens by which the resources of a patient are asked for: kept once more behind the patient's id. */
const OF_PATIENTS = new Set([
  'category',
  'class',
  'clinical-status',
  'code',
  'intent',
  'lifecycle-status',
  'status',
  'type',
  'use',
  'vaccine-code',
  'verification-status',
])

/** Whether a token of the parameter is kept behind the patient's id too. */
export function isOfPatients(param: string): boolean {
  return OF_PATIENTS.has(param)
}

/** A key of `IndexFacts.pk`: that the resource is about a patient and has a key. */
export function patientKey(patient: string, key: string): string {
  return `${patient}\u0000${key}`
}

/** The name of a parameter as a field of a document: its dots and dollars would mean something else. */
export function fieldOf(param: string): string {
  return param.replace(/[%.$]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
}

/** What a resource with these entries is found by; `date` is the parameter that its type is listed by. */
export function indexFacts(entries: readonly IndexEntry[], date?: string): IndexFacts {
  const keys = new Set<string>()
  const ranges = new Map<string, RangeFact>()
  const words = new Set<string>()
  for (const entry of entries) addTo(entry, keys, ranges, words)
  const facts: IndexFacts = {}
  if (keys.size > 0) facts.k = [...keys]
  if (ranges.size > 0) facts.r = [...ranges.values()]
  if (words.size > 0) facts.w = [...words]
  const groups = groupsOf(entries)
  if (groups.length > 0) facts.g = groups
  const sorts = sortFacts(entries)
  const dates = date === undefined ? undefined : sorts?.[fieldOf(date)]
  if (dates) dates.w = spanOf(dates)
  if (sorts) facts.s = sorts
  const patients = patientKeys(entries)
  if (patients.length > 0) facts.pk = patients
  return facts
}

function addTo(entry: IndexEntry, keys: Set<string>, ranges: Map<string, RangeFact>, words: Set<string>): void {
  if (entry[0] === 'range') {
    const [, p, u, l, h] = entry
    ranges.set(`${p} ${l} ${h} ${u}`, { p, u, l, h })
  } else if (entry[0] === 'words') {
    const kind = entry[1] === '_text' ? 't' : 'c'
    for (const word of entry[2].split(' ')) if (word !== '') words.add(kind + word)
  } else keys.add(keyOf(entry))
}

function groupsOf(entries: readonly IndexEntry[]): NonNullable<IndexFacts['g']> {
  const grouped = Map.groupBy(
    entries.filter((entry) => groupOf(entry) !== undefined),
    groupOf,
  )
  return [...grouped.values()].map((of) => {
    const { k, r } = plainFacts(of)
    return { ...(k.length > 0 ? { k } : {}), ...(r.length > 0 ? { r } : {}) }
  })
}

function plainFacts(entries: readonly IndexEntry[]) {
  const keys = new Set<string>()
  const ranges = new Map<string, RangeFact>()
  for (const entry of entries) addTo(entry, keys, ranges, keys)
  return { k: [...keys], r: [...ranges.values()] }
}

function groupOf(entry: IndexEntry): number | undefined {
  if (entry[0] === 'words') return undefined
  if (entry[0] === 'range') return entry[5]
  return entry[0] === 'uri' ? entry[3] : entry[4]
}

/** By parameter; of those that are asked for by other names alone (`code:text`, `component#code`) nothing is sorted. */
function sortFacts(entries: readonly IndexEntry[]): Record<string, SortFact> | undefined {
  const facts: Record<string, SortFact> = {}
  for (const entry of entries) {
    if (entry[0] === 'words' || /[:#]/.test(entry[1])) continue
    const [least, greatest] = sortValues(entry)
    if (least === undefined || greatest === undefined) continue
    const field = fieldOf(entry[1])
    const fact = Object.hasOwn(facts, field) ? facts[field] : undefined
    if (!fact) facts[field] = { a: least, z: greatest }
    else {
      if (isLess(least, fact.a)) fact.a = least
      if (isLess(fact.z, greatest)) fact.z = greatest
    }
  }
  return Object.keys(facts).length > 0 ? facts : undefined
}

/** Which of the `SPANS` a range is within. */
function spanOf({ a, z }: SortFact): number {
  return SPANS.findIndex((span) => Number(z) - Number(a) <= span)
}

function sortValues(entry: Exclude<IndexEntry, readonly ['words', ...unknown[]]>): (string | number | undefined)[] {
  switch (entry[0]) {
    case 'range':
      return entry[2] === '' ? [entry[3], entry[4]] : []
    case 'token':
      return [entry[3], entry[3]]
    case 'reference':
      return [`${entry[2]}/${entry[3]}`, `${entry[2]}/${entry[3]}`]
    default:
      return [entry[2], entry[2]]
  }
}

/** Texts in the order of their UTF-8 bytes, which is that of code points and not JavaScript's. */
function isLess(one: string | number, other: string | number): boolean {
  if (typeof one === 'number' || typeof other === 'number') return one < other
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0
}

function patientKeys(entries: readonly IndexEntry[]): string[] {
  const { patients, keys } = patientParts(entries)
  return patients.flatMap((patient) => [patient, ...keys.map((key) => patientKey(patient, key))])
}

/** Bytes that `IndexFacts.pk` will have, or somewhat more: they are as many as patients times keys, so they are told before they are made. */
export function patientKeyBytes(entries: readonly IndexEntry[]): number {
  const { patients, keys } = patientParts(entries)
  const bytes = (texts: readonly string[]) => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const around = 10
  return patients.length * (bytes(keys) + around * (keys.length + 1)) + (keys.length + 1) * bytes(patients)
}

/** The patients that a resource is about, and the keys that are kept behind each of them. */
function patientParts(entries: readonly IndexEntry[]): { patients: string[]; keys: string[] } {
  const patients = new Set<string>()
  for (const entry of entries) {
    if (entry[0] === 'reference' && entry[1] === 'patient' && entry[2] === 'Patient') patients.add(entry[3])
  }
  if (patients.size === 0) return { patients: [], keys: [] }
  const keys = entries.flatMap((entry) => (entry[0] === 'token' && isOfPatients(entry[1]) ? [keyOf(entry)] : []))
  return { patients: [...patients], keys: [...new Set(keys)] }
}
