import { membersOf } from '../../definitions/definitions.ts'
import type { Issue } from '../../fhir-error.ts'
import { BACKSLASH, QUOTE } from '../../json/bytes.ts'
import { isObject, isRawNumber, type JsonValue, parseLossless } from '../../json/lossless.ts'

const INTEGERS: ReadonlySet<string> = new Set(['integer', 'positiveInt', 'unsignedInt'])

/**
 * Whether a text holds a number with a fraction of zeros or an exponent. Parsed it may be whole, and pass for an
 * integer, which R4 has written in digits alone.
 */
export function hasLooseNumber(text: Buffer): boolean {
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]!
    if (byte === QUOTE) {
      at++
      while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1
    } else if (byte === 0x2e) {
      let digit = at + 1
      while (text[digit] === 0x30) digit++
      if (!isDigit(text[digit])) return true
    } else if ((byte | 0x20) === 0x65 && isDigit(text[at - 1])) return true
  }
  return false
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
