import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CARE_DATE, inCarePeriod } from '../../search/care-dates.ts'
import { allOf, type Bounds, type Expression, type TokenTest } from '../../search/expression.ts'
import { parametersOf } from '../../search/parameters.ts'
import type { ResourceName } from '../../search/searcher.ts'
import { CONFIDENTIALITY, type Label, LEVELS, testsOf, withNarrower } from '../labels/known.ts'
import type { About, Listed } from './rule.ts'

/**
 * How a rule is read: `most` takes in all that it may be about (of a denial), `least` only what it is about for sure (of a
 * permission).
 */
export type Reading = 'most' | 'least'

const ALL: Expression = { kind: 'all' }
const NONE: Expression = { kind: 'none' }

/**
 * The parameters that have the codes of a type, for Consent.provision.code; none for types that have no clinical ones. Of a
 * type that is not named, such as Claim, the codes are in no index: a code cannot be told to be absent.
 */
const CODES: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'codes.json'), 'utf8'),
)

/** Types whose classes are codes of documents. */
const DOCUMENTS = new Set(['Composition', 'DocumentReference'])

/** What of a type a rule is about, of whichever patient. */
export function aboutType(about: About, type: string, reading: Reading): Expression {
  const { classes, codes, labels, data, dates } = about
  return allOf([
    ofEach(classes, reading, (one) => ('type' in one ? only(one.type === type) : ofDocuments(type, one))),
    ofEach(codes, reading, (test) => ofCode(type, test, reading)),
    ofLabels(labels, reading),
    ofEach(data, reading, (one) => ofDatum(type, one)),
    dates ? ofDates(type, dates, reading) : ALL,
  ])
}

/** One that is met; of none nothing, of all everything. */
export function oneOf(parts: readonly Expression[]): Expression {
  const some = parts.filter(({ kind }) => kind !== 'none')
  if (some.some(({ kind }) => kind === 'all')) return ALL
  if (some.length === 0) return NONE
  return some.length === 1 ? some[0]! : { kind: 'or', parts: some }
}

/** That an Expression is not met. */
export function negated(part: Expression): Expression {
  if (part.kind === 'all') return NONE
  if (part.kind === 'none') return ALL
  return part.kind === 'not' ? part.part : { kind: 'not', part }
}

function ofEach<T>(listed: Listed<T> | undefined, reading: Reading, meets: (item: T) => Expression): Expression {
  if (!listed) return ALL
  if (listed.more && reading === 'most') return ALL
  return oneOf(listed.items.map(meets))
}

function only(isSo: boolean): Expression {
  return isSo ? ALL : NONE
}

function ofDocuments(type: string, test: TokenTest): Expression {
  return DOCUMENTS.has(type) ? oneOf(['type', 'category'].map((param) => token(param, [test]))) : NONE
}

function ofCode(type: string, test: TokenTest, reading: Reading): Expression {
  const params = Object.hasOwn(CODES, type) ? CODES[type]! : undefined
  if (!params) return only(reading === 'most')
  // A code without a system is meant in any, and allows it in none but that.
  const wanted = test.system === undefined && reading === 'least' ? { ...test, system: '' } : test
  return oneOf([...params.map((param) => token(param, [wanted])), ...medication(type, wanted)])
}

/** A medication may stand in a resource of its own. */
function medication(type: string, test: TokenTest): Expression[] {
  const parameter = parametersOf(type).get('medication')
  if (!parameter?.targets.includes('Medication')) return []
  return [{ kind: 'chain', param: 'medication', targets: [{ type: 'Medication', where: token('code', [test]) }] }]
}

/** All labels of a rule together are its label: a permission takes all of them, a denial one. */
function ofLabels(labels: Listed<Label> | undefined, reading: Reading): Expression {
  if (!labels) return ALL
  if (reading === 'most') return labels.more ? ALL : oneOf(labels.items.map(hasLabel))
  return labels.more ? NONE : allOf(labels.items.map(isWithinLabel))
}

/** What a denial of a label is about: what has it, or a narrower one; of confidentiality, that level and those above it. */
function hasLabel(label: Label): Expression {
  const at = label.system === CONFIDENTIALITY ? LEVELS.indexOf(label.code) : -1
  if (at < 0) return secured(withNarrower(label))
  const above = secured(levels(LEVELS.slice(at)))
  return at > LEVELS.indexOf('N') ? above : oneOf([above, negated(secured(levels(LEVELS)))])
}

/** What a permission for a label is about: what has it; of confidentiality, that level and those below it. */
function isWithinLabel(label: Label): Expression {
  const at = label.system === CONFIDENTIALITY ? LEVELS.indexOf(label.code) : -1
  if (at < 0) return token('_security', [{ ...label }])
  const notAbove = negated(secured(levels(LEVELS.slice(at + 1))))
  return at < LEVELS.indexOf('N') ? allOf([secured(levels(LEVELS.slice(0, at + 1))), notAbove]) : notAbove
}

function levels(codes: readonly string[]): Label[] {
  return codes.map((code) => ({ system: CONFIDENTIALITY, code }))
}

function secured(labels: readonly Label[]): Expression {
  return labels.length === 0 ? NONE : token('_security', testsOf(labels))
}

function token(param: string, tests: TokenTest[]): Expression {
  return { kind: 'token', param, tests }
}

/** The resource itself and, as its meaning says, what it refers to or what refers to it (consent-data-meaning). */
function ofDatum(type: string, { meaning, ...name }: ResourceName & { meaning: string }): Expression {
  const parts: Expression[] = type === name.type ? [{ kind: 'id', ids: [name.id] }] : []
  if (meaning === 'related') {
    const where: Expression = { kind: 'id', ids: [name.id] }
    for (const param of references(name.type, type)) parts.push({ kind: 'has', type: name.type, param, where })
  }
  if (meaning === 'dependents') {
    for (const param of references(type, name.type)) {
      parts.push({ kind: 'reference', param, targets: [name], bare: { types: [], ids: [] }, uris: [] })
    }
  }
  return oneOf(parts)
}

/** Codes of the parameters by which a type refers to another. */
function references(from: string, to: string): string[] {
  const parameters = [...parametersOf(from).values()].filter(({ type, unionOf }) => type === 'reference' && !unionOf)
  return parameters.filter(({ targets }) => targets.length === 0 || targets.includes(to)).map(({ code }) => code)
}

function ofDates(type: string, { start, end }: Bounds, reading: Reading): Expression {
  if (reading === 'most') {
    return inCarePeriod(type, {
      start: start === undefined ? undefined : { start, end: start },
      end: end === undefined ? undefined : { start: end, end },
    })
  }
  const param = Object.hasOwn(CARE_DATE, type) ? CARE_DATE[type]! : 'date'
  if (start === undefined && end === undefined) return ALL
  if (parametersOf(type).get(param)?.type !== 'date') return NONE
  const outside = [
    ...(start === undefined ? [] : [[['low', '<', start] as const]]),
    ...(end === undefined ? [] : [[['high', '>', end] as const]]),
  ]
  const tests = outside.map((all) => ({ unit: '', all }))
  return allOf([{ kind: 'present', param, table: 'range' }, negated({ kind: 'range', param, tests })])
}
