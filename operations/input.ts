import { dateRange, type Range } from '../resources/dates.ts'
import { storableTypes } from '../resources/definitions/definitions.ts'
import { FhirError } from '../resources/fhir-error.ts'
import type { Zone } from '../resources/zone.ts'
import type { QueryPair } from '../search/query.ts'

/** What a value of an operation's input is read as. `types` are names of resource types, `codes` codes, with commas between them. */
interface Values {
  date: Range
  count: number
  types: string[]
  code: string
  codes: string[]
  concept: Concept
}

/** Words, or a code (a CodeableConcept). */
export type Concept = { text: string } | { coding: { system: string; code: string }[] }

/** One parameter of an operation. */
export interface InputParameter {
  type: keyof Values
  /** In words, for those who read what an operation takes. */
  doc: string
}

/** The parameters of an operation by name. Each may be left out, and is given once, save for lists (`types`, `codes`). */
export type InputTable = Readonly<Record<string, InputParameter>>

/** What `run` gets: the values of its table. */
export type Input<T extends InputTable> = { [Name in keyof T]: Values[T[Name]['type']] | undefined }

/** Parameters that say how the answer is sent, and which page of it. */
const OF_ALL = new Set(['_cursor', '_format', '_pretty'])

/**
 * Reads the input of an operation. Throws `invalid` for a parameter that its table does not have, one that is given more
 * than once and a bad value; one without a value is not given. A date without an offset is meant in `zone`.
 */
export function readInput<T extends InputTable>(
  table: T,
  pairs: readonly QueryPair[],
  zone: Zone,
): { input: Input<T>; used: QueryPair[] } {
  const input: Record<string, unknown> = {}
  const used: QueryPair[] = []
  for (const [name, text] of pairs) {
    if (OF_ALL.has(name)) continue
    const parameter = Object.hasOwn(table, name) ? table[name]! : undefined
    if (!parameter) throw wrong(name, `takes ${Object.keys(table).join(', ')}; not this`, 'not-supported')
    if (text === '') continue
    const { type } = parameter
    const isList = type === 'types' || type === 'codes'
    if (!isList && input[name] !== undefined) throw wrong(name, 'is given once')
    const value = READERS[type](name, text, zone)
    input[name] = isList ? [...((input[name] as string[] | undefined) ?? []), ...(value as string[])] : value
    used.push([name, text])
  }
  return { input: input as Input<T>, used }
}

const READERS: { [Type in keyof Values]: (name: string, text: string, zone: Zone) => Values[Type] } = {
  date: (name, text, zone) => {
    const range = dateRange(text, zone)
    if (!range) throw wrong(name, 'takes a date or an instant')
    return range
  },
  count: (name, text) => {
    if (!/^[1-9]\d{0,14}$/.test(text)) throw wrong(name, 'takes a whole number from 1 on')
    return Number(text)
  },
  types: (name, text) => {
    const names = text.split(',')
    const unknown = names.find((one) => !storableTypes.has(one))
    if (unknown !== undefined) throw wrong(name, `takes resource types; ${unknown.slice(0, 64)} is none`)
    return names
  },
  code: (name, text) => {
    if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(text)) throw wrong(name, 'takes a code')
    return text
  },
  codes: (name, text, zone) => text.split(',').map((one) => READERS.code(name, one, zone)),
  concept: (name, text) => {
    const words = text.trim()
    if (words === '' || words.length > MOST_WORDS)
      throw wrong(name, `takes words, ${MOST_WORDS} characters at the most`)
    const [, system, code] = /^([a-z][a-z0-9+.-]*:[^\s|]+)\|([^\s|]+)$/i.exec(words) ?? []
    return system !== undefined && code !== undefined ? { coding: [{ system, code }] } : { text: words }
  },
}

const MOST_WORDS = 1000

/**
 * The parameters that a Parameters resource of right structure has, a Coding as `system|code`. Throws `invalid` for what is no
 * plain value.
 */
export function pairsOf(parameters: Record<string, unknown>): QueryPair[] {
  const given = (parameters.parameter ?? []) as Record<string, unknown>[]
  return given.map(({ name, ...rest }) => {
    const value = Object.entries(rest).find(([member]) => member.startsWith('value'))?.[1]
    if (isCoding(value)) return [String(name), `${value.system}|${value.code}`]
    if (value === undefined || typeof value === 'object') throw wrong(String(name), 'takes a plain value')
    return [String(name), String(value)]
  })
}

function isCoding(value: unknown): value is { system: string; code: string } {
  return typeof value === 'object' && value !== null && 'system' in value && 'code' in value
}

function wrong(name: string, words: string, code = 'value'): FhirError {
  const what = code === 'value' ? `${name.slice(0, 64)} ${words}.` : `This operation ${words}: ${name.slice(0, 64)}.`
  return FhirError.of('invalid', what, { code })
}
