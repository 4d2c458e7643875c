import { beginningOf } from '../resources/beginning.ts'
import { FhirError } from '../resources/fhir-error.ts'

/** A filter as it was written (R4 search_filter, "Introduction"). */
export type FilterNode =
  | { kind: 'and' | 'or'; parts: FilterNode[] }
  | { kind: 'not'; part: FilterNode }
  | { kind: 'test'; path: FilterPath; op: string; value: string }

/** `subject:Patient.name`, or with a filter of what a reference leads to: `subject[active eq true].name`. */
export interface FilterPath {
  text: string
  inner?: { filter: FilterNode; rest: FilterPath }
}

/**
 * What one filter may have at the most. Changes between `and` and `or` nest as parentheses do, for neither binds more
 * than the other.
 */
const MOST_CHARACTERS = 8192
const MOST_TESTS = 100
const MOST_NESTED = 20

/** Reads the text of a filter. Throws `invalid` for what is none, and for one that is too long or too deep. */
export function parseFilterText(text: string): FilterNode {
  if (text.length > MOST_CHARACTERS) throw tooCostly(`_filter has more than ${MOST_CHARACTERS} characters`)
  return new FilterParser(text).whole()
}

class FilterParser {
  private readonly text: string
  private at = 0
  private tests = 0

  constructor(text: string) {
    this.text = text
  }

  whole(): FilterNode {
    const node = this.filter(0)
    if (this.at < this.text.length) throw this.unexpected('and, or or the end')
    return node
  }

  /** From left to right: there is no precedence between `and` and `or` (R4 search_filter, notes on the syntax). */
  private filter(nested: number): FilterNode {
    let node = this.operand(nested)
    let changes = 0
    for (;;) {
      const kind = this.take(/(and|or)(?=[\s(])/y) as 'and' | 'or' | undefined
      if (kind === undefined) return node
      const part = this.operand(nested + changes)
      if (node.kind === kind && changes > 0) node.parts.push(part)
      else {
        node = { kind, parts: [node, part] }
        if (nested + ++changes > MOST_NESTED) throw tooDeep()
      }
    }
  }

  private operand(nested: number): FilterNode {
    if (nested > MOST_NESTED) throw tooDeep()
    const not = this.take(/not(?=\s*\()/y)
    if (this.take(/\(/y) === undefined) return this.test(nested)
    const inner = this.filter(nested + 1)
    if (this.take(/\)/y) === undefined) throw this.unexpected(')')
    return not === undefined ? inner : { kind: 'not', part: inner }
  }

  private test(nested: number): FilterNode {
    if (++this.tests > MOST_TESTS) throw tooCostly(`_filter has more than ${MOST_TESTS} tests`)
    const path = this.path(nested)
    const op = this.take(/[a-z]{2,3}(?=\s)/y)
    if (op === undefined) throw this.unexpected('an operator with spaces around it')
    return { kind: 'test', path, op, value: this.value() }
  }

  private path(nested: number): FilterPath {
    const text = this.take(/[A-Za-z_][A-Za-z0-9_:.-]*/y)
    if (text === undefined) throw this.unexpected('a search parameter, not or (')
    if (this.text[this.at] !== '[') return { text }
    this.at++
    const filter = this.filter(nested + 1)
    if (this.take(/\]\./y) === undefined) throw this.unexpected('].')
    return { text, inner: { filter, rest: this.path(nested + 1) } }
  }

  private value(): string {
    const quoted = this.take(/"(?:[^"\\]|\\.)*"/sy)
    const value = quoted === undefined ? this.take(/[^\s\])"][^\s\])]*/y) : unquoted(quoted)
    if (value === undefined) throw this.unexpected('a value')
    if (value === '') throw bad('_filter: a test takes a value that is not empty')
    return value
  }

  /** What stands next, spaces left out, if it is of this form. */
  private take(form: RegExp): string | undefined {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
    form.lastIndex = this.at
    const found = form.exec(this.text)?.[0]
    this.at += found?.length ?? 0
    return found
  }

  private unexpected(wanted: string): FhirError {
    const rest = this.text.slice(this.at)
    const found = rest === '' ? 'its end' : `'${beginningOf(rest, 24)}'`
    return bad(`_filter: ${wanted} is expected at character ${this.at + 1}, not ${found}`)
  }
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string
  } catch {
    throw bad('_filter: a string is written as in JSON')
  }
}

function bad(what: string): FhirError {
  return FhirError.of('invalid', `${what}.`, { code: 'value' })
}

function tooDeep(): FhirError {
  return tooCostly(`_filter is nested more than ${MOST_NESTED} deep, each change between and and or counted`)
}

function tooCostly(what: string): FhirError {
  return FhirError.of('invalid', `${what}.`, { code: 'too-costly' })
}
