import { membersOf, typeNames } from '../../definitions/definitions.ts'
import type { Issue } from '../../fhir-error.ts'
import { BACKSLASH, COLON, QUOTE } from '../../json/bytes.ts'
import { isObject, isRawNumber, type JsonValue, parseLossless } from '../../json/lossless.ts'

const INTEGERS: ReadonlySet<string> = new Set(['integer', 'positiveInt', 'unsignedInt'])

/**
 * Whether a text holds, in a member that may be of an integer type, a number with a fraction of zeros or an exponent.
 * Parsed it may be whole, and pass for an integer, which R4 has written in digits alone.
 */
export function hasLooseInteger(text: Buffer): boolean {
  let nameStart = 0
  let nameEnd = 0
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]!
    if (byte === QUOTE) {
      const start = ++at
      while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1
      if (isName(text, at + 1)) {
        nameStart = start
        nameEnd = at
      }
    } else if (isLoose(text, at, byte) && integerNames().has(text.toString('latin1', nameStart, nameEnd))) return true
  }
  return false
}

/** Whether a string that ends before `at` is a member's name. */
function isName(text: Buffer, at: number): boolean {
  let next = at
  while (text[next] === 0x20 || text[next] === 0x0a || text[next] === 0x0d || text[next] === 0x09) next++
  return text[next] === COLON
}

/** Whether a number goes on here with an exponent, or with a fraction of zeros alone. */
function isLoose(text: Buffer, at: number, byte: number): boolean {
  if (byte !== 0x2e) return (byte | 0x20) === 0x65 && isDigit(text[at - 1])
  let digit = at + 1
  while (text[digit] === 0x30) digit++
  return !isDigit(text[digit])
}

let names: ReadonlySet<string> | undefined

/** JSON names of all elements that are, in some type, integers. */
function integerNames(): ReadonlySet<string> {
  names ??= new Set(
    typeNames().flatMap((type) =>
      [...membersOf(type)].flatMap(([name, { type: of }]) => (INTEGERS.has(of) ? [name] : [])),
    ),
  )
  return names
}

/** Issues of elements of an integer type whose numbers are not written as such: of the first `most`. */
export function integerIssues(text: Buffer, typeName: string, most: number): Issue[] {
  const issues: Issue[] = []
  walk(parseLossless(text.toString()), typeName, typeName, issues, most)
  return issues
}

function walk(value: JsonValue, type: string, path: string, issues: Issue[], most: number): void {
  if (issues.length === most) return
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) walk(item, type, `${path}[${at}]`, issues, most)
  } else if (isRawNumber(value)) {
    if (!INTEGERS.has(type) || /^-?\d+$/.test(value.rawJSON)) return
    const diagnostics = `'${value.rawJSON.slice(0, 60)}' is not a valid ${type}.`
    issues.push({ severity: 'error', code: 'value', diagnostics, expression: [path] })
  } else if (isObject(value)) {
    const members = membersOf(type === 'Resource' ? String(value.resourceType) : type)
    for (const [name, inner] of Object.entries(value)) {
      const member = name.startsWith('_') ? undefined : members.get(name)
      const innerType = member?.type ?? (name.startsWith('_') ? 'Element' : undefined)
      if (innerType) walk(inner, innerType, `${path}.${name}`, issues, most)
    }
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}
