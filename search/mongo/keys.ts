import { BSONRegExp } from 'mongodb'
import { FhirError } from '../../resources/fhir-error.ts'
import { escaped, type Stretch } from '../../resources/store/mongo/keys.ts'
import { anyOf, isIn, type MongoFilter, NEVER } from './conditions.ts'

/** Characters of a pattern after which another one is begun. */
const LONG_PATTERN = 800

/** Bytes of a pattern at the most that MongoDB takes: 32,764, with what stands around a value. */
const LONGEST_PATTERN = 32_000

/**
 * Any characters of a value as they stand in a key (`escaped`). Runs of them are one step of a match each: what steps by
 * characters runs out of its stack where texts are long, and finds nothing.
 */
const CHARACTERS = '[^\\x00\\x01]*(?:\\x01[01][^\\x00\\x01]*)*'

/** The end of the key: `$` would also hold in front of a line feed that ends it. */
const KEY_END = '(?![\\s\\S])'

/** That one of these keys is there. */
export function hasKey(keys: readonly string[]): MongoFilter {
  return isIn('k', [...new Set(keys)])
}

/** That a key of the stretch is there; with `patterns`, one that any of them finds. */
export function hasKeyWithin({ from, to }: Stretch, patterns?: readonly BSONRegExp[]): MongoFilter {
  return { k: { $elemMatch: { $gte: from, $lt: to, ...(patterns ? { $in: patterns } : {}) } } }
}

export function hasKeyWithinOne(stretches: readonly Stretch[]): MongoFilter {
  return anyOf(stretches.map((stretch) => hasKeyWithin(stretch)))
}

/**
 * That a key of the stretch has one of these values at its end, behind another part of it. What is asked for stands in a
 * pattern as what it is to the letter.
 */
export function endsWithPart(stretch: Stretch, values: readonly string[]): MongoFilter {
  return patterns(values, (list) => `\\x00${list}${KEY_END}`, stretch)
}

/** That a key of the stretch has one of these values somewhere in its first part; with `atEnd`, at the end of that. */
export function firstPartHas(stretch: Stretch, values: readonly string[], atEnd: boolean): MongoFilter {
  const beginning = `^${literal(stretch.from)}${CHARACTERS}`
  return patterns(values, (list) => `${beginning}${list}${atEnd ? '\\x00' : ''}`, stretch)
}

/** Many values need more than one pattern. Throws FhirError `invalid` where one is longer than a pattern can be. */
function patterns(values: readonly string[], toPattern: (list: string) => string, stretch: Stretch): MongoFilter {
  const lists: string[][] = []
  let room = 0
  for (const value of new Set(values)) {
    const one = literal(escaped(value))
    if (Buffer.byteLength(one) > LONGEST_PATTERN) throw tooLongValue()
    if (lists.length === 0 || one.length > room) {
      lists.push([])
      room = LONG_PATTERN
    }
    lists.at(-1)!.push(one)
    room -= one.length + 1
  }
  if (lists.length === 0) return NEVER
  return hasKeyWithin(
    stretch,
    lists.map((list) => new BSONRegExp(toPattern(`(?:${list.join('|')})`))),
  )
}

function tooLongValue(): FhirError {
  return FhirError.of('invalid', 'A value is too long to be looked for within others.', { code: 'too-costly' })
}

/** A pattern of a text as it is; a pattern holds no NUL. */
function literal(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are built with them
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/[\u0000\u0001]/g, (character) => {
    return character === '\u0000' ? '\\x00' : '\\x01'
  })
}
