import { isObject, isRawNumber, type JsonObject, type JsonValue } from '../json/lossless.ts'
import { ownMember } from './tree.ts'

/** Sign, whole part, fraction and power of ten of a JSON number. */
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/**
 * Whether two values are equal as RFC 6902, section 4.6, says: numbers by value (`1.0` equals `1`), lists item by
 * item, objects whatever the order of their members.
 */
export function equalJson(one: JsonValue, other: JsonValue): boolean {
  if (one === other) return true
  const number = numberText(one)
  if (number !== undefined) return equalNumbers(number, numberText(other))
  if (Array.isArray(one)) return Array.isArray(other) && equalLists(one, other)
  return isObject(one) && isObject(other) && equalObjects(one, other)
}

function equalLists(one: JsonValue[], other: JsonValue[]): boolean {
  return one.length === other.length && one.every((item, index) => equalJson(item, other[index]!))
}

function equalObjects(one: JsonObject, other: JsonObject): boolean {
  const names = Object.keys(one)
  if (names.length !== Object.keys(other).length) return false
  return names.every((name) => {
    const value = ownMember(other, name)
    return value !== undefined && equalJson(one[name]!, value)
  })
}

function numberText(value: JsonValue): string | undefined {
  return typeof value === 'number' ? String(value) : isRawNumber(value) ? value.rawJSON : undefined
}

function equalNumbers(one: string, other: string | undefined): boolean {
  return other !== undefined && (one === other || normalized(one) === normalized(other))
}

/**
 * Sign, digits without zeros around them, and power of ten: `-1.50e1` -> `-15e0`. Text all the way, since a double
 * cannot tell 12345678901234567890.1 from .2.
 */
function normalized(text: string): string {
  const [, sign, whole = '', fraction = '', power = '0'] = NUMBER.exec(text) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return '0'
  const end = lastNonZero(digits) + 1
  const exponent = Number(power)
  // Past this the sum below would round; no decimal of a resource comes near it.
  if (!Number.isSafeInteger(exponent)) return text
  return `${sign}${digits.slice(0, end)}e${exponent - fraction.length + (digits.length - end)}`
}

/** A loop, since `/0+$/` looks at a long run of zeros once for each of them. */
function lastNonZero(digits: string): number {
  let at = digits.length - 1
  while (digits[at] === '0') at--
  return at
}
