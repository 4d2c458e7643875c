import fc from 'fast-check'
import { dateRange } from '../../../resources/dates.ts'
import { fold } from '../../../resources/fold.ts'
import { targetsOf } from '../../../search/include.ts'
import type { SearchParameter } from '../../../search/parameters.ts'
import { coded, listed, near, worded } from './criteria.ts'
import { POOL } from './elements.ts'
import { linkOf } from './links.ts'
import { type Criterion, chainMeaning, type Holds, hasMeaning, type Meaning } from './meaning.ts'
import { moments, parametersFor } from './plain.ts'
import type { Seen, SeenLink } from './seen.ts'
import { ids, valuesOf } from './values.ts'
import { entriesOf, parameterOf, type View } from './view.ts'
import { TYPE_NAMES } from './world.ts'

/** A filter, or a part of one, as it is written, and what it means. */
interface Filter extends Meaning {
  text: string
}

const some = <T>(values: readonly T[]) => fc.constantFrom(...values)

/** `_filter` for resources of a type. */
export function filtered(seen: Seen, type: string, steps: number): fc.Arbitrary<Criterion> {
  return filter(seen, type, steps, 2).map(({ text, ...meaning }) => ({ pair: ['_filter', text], ...meaning }))
}

/** Operands one after the other: neither `and` nor `or` goes before the other. */
function filter(seen: Seen, type: string, steps: number, depth: number): fc.Arbitrary<Filter> {
  const next = fc.tuple(some(['and', 'or']), operand(seen, type, steps, depth))
  return fc.tuple(operand(seen, type, steps, depth), fc.array(next, { maxLength: 3 }), some([' ', '  '])).map(
    ([first, others, space]): Filter => ({
      text: [first.text, ...others.flatMap(([word, { text }]) => [word, text])].join(space),
      knows: (other) => [first, ...others.map(([, one]) => one)].every((one) => one.knows(other)),
      in: (view) => {
        const start = first.in(view)
        const rest = others.map(([word, one]) => [word, one.in(view)] as const)
        const joined = (so: boolean, is: boolean, word: string) => (word === 'and' ? so && is : so || is)
        return (known) => rest.reduce((so, [word, holds]) => joined(so, holds(known), word), start(known))
      },
    }),
  )
}

function operand(seen: Seen, type: string, steps: number, depth: number): fc.Arbitrary<Filter> {
  const plain = test(seen, type, steps)
  if (depth === 0) return plain
  const inner = filter(seen, type, steps, depth - 1)
  const spaces = some(['', ' '])
  const inside = fc.tuple(inner, spaces).map(([one, space]) => ({ ...one, text: `(${space}${one.text}${space})` }))
  const not = fc.tuple(inside, spaces).map(
    ([one, space]): Filter => ({
      text: `not${space}${one.text}`,
      knows: one.knows,
      in: (view) => {
        const holds = one.in(view)
        return (known) => !holds(known)
      },
    }),
  )
  return fc.oneof({ weight: 5, arbitrary: plain }, { weight: 2, arbitrary: inside }, { weight: 2, arbitrary: not })
}

/** A test of a resource itself, or of what belongs to it. */
function test(seen: Seen, type: string, steps: number): fc.Arbitrary<Filter> {
  const from = steps > 0 ? linkOf(seen, ([source]) => source === type) : undefined
  const to = steps > 0 ? linkOf(seen, ([, , target]) => target === type) : undefined
  const dates = ofDates(seen, type)
  return fc.oneof(
    { weight: 6, arbitrary: ofParameter(seen, type) },
    { weight: 2, arbitrary: ofOthers(seen, type) },
    ...(dates ? [{ weight: 2, arbitrary: dates }] : []),
    ...(from ? [{ weight: 2, arbitrary: linked(seen, from, steps - 1) }] : []),
    ...(to ? [{ weight: 1, arbitrary: had(seen, to, steps - 1) }] : []),
  )
}

/** `subject:Patient.name`, or with a filter of the patients; without a type it is all that know what follows. */
function linked(seen: Seen, link: fc.Arbitrary<SeenLink>, steps: number): fc.Arbitrary<Filter> {
  return link.chain(([source, code, target]) => {
    const inner = fc.option(filter(seen, target, 0, 1), { nil: undefined })
    return fc.tuple(test(seen, target, steps), inner, fc.boolean()).map(([rest, within, typed]): Filter => {
      const targets = typed ? [target] : targetsOf(parameterOf(source, code)!).filter((one) => TYPE_NAMES.includes(one))
      return {
        text: `${code}${typed ? `:${target}` : ''}${within ? `[${within.text}]` : ''}.${rest.text}`,
        knows: (type) => parameterOf(type, code) !== undefined,
        in: chainMeaning(code, targets, rest, ...(within ? [within] : [])),
      }
    })
  })
}

function had(seen: Seen, link: fc.Arbitrary<SeenLink>, steps: number): fc.Arbitrary<Filter> {
  return link.chain(([source, code]) =>
    test(seen, source, steps).map(
      (rest): Filter => ({
        text: `_has:${source}:${code}:${rest.text}`,
        knows: (type) => targetsOf(parameterOf(source, code)!).includes(type),
        in: hasMeaning(source, code, rest),
      }),
    ),
  )
}

/** Quoted where it has to be, and where it need not. */
function written(path: string, op: string, value: string, quote: boolean): string {
  return `${path} ${op} ${quote || !/^[^\s\])"]+$/.test(value) ? JSON.stringify(value) : value}`
}

const OPERATOR_OF: Record<string, string[]> = { in: ['in'], 'not-in': ['ni', 'nin'], below: ['ss'], above: ['sb'] }

/** Tests that ask what a criterion of another form asks, `ne` being its contrary. */
function ofOthers(seen: Seen, type: string): fc.Arbitrary<Filter> {
  const same = fc.oneof(
    worded(seen, type, 1),
    listed(seen, type, 1),
    ...(type === 'Location' ? [near(1), near(1)] : []),
  )
  return fc.oneof(
    fc.tuple(same, fc.boolean(), fc.boolean()).map(
      ([{ pair, ...one }, ne, quote]): Filter => ({
        text: written(pair[0], ne ? 'ne' : 'eq', pair[1], quote),
        knows: one.knows,
        in: (view) => {
          const holds = one.in(view)
          return ne ? (known) => !holds(known) : holds
        },
      }),
    ),
    fc.tuple(coded(seen, type, 1), fc.nat(1), fc.boolean()).map(([{ pair, ...one }, at, quote]): Filter => {
      const [code = '', modifier = ''] = pair[0].split(':')
      const ops = OPERATOR_OF[modifier]!
      return { ...one, text: written(code, ops[at % ops.length]!, pair[1], quote) }
    }),
    fc.tuple(ids, some(['eq', 'ne'])).map(
      ([id, op]): Filter => ({
        text: `_id ${op} ${id}`,
        knows: () => true,
        in: () => (known) => (known.id === id) === (op === 'eq'),
      }),
    ),
    moments.map((text): Filter => {
      const [, op = '', value = ''] = /^([a-z]{2})?(.*)$/.exec(text)!
      return {
        text: `_lastUpdated ${op || 'eq'} ${value}`,
        knows: () => true,
        in: (view) => (known) => view.ordinary(known, '_lastUpdated', text),
      }
    }),
  )
}

const ORDER = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']
const OPERATORS: Partial<Record<SearchParameter['type'], string[]>> = {
  string: ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt', 'ge', 'le'],
  date: [...ORDER, 'co', 'co', 'po', 'po'],
  number: ORDER,
  quantity: ORDER,
  reference: ['eq', 'ne', 're'],
}

/** A test of a parameter that has something, mostly. */
function ofParameter(seen: Seen, type: string): fc.Arbitrary<Filter> {
  return parametersFor(seen, type)
    .filter((parameter) => parameter.type !== 'special')
    .chain((parameter) => {
      const ops = [...(OPERATORS[parameter.type] ?? ['eq', 'eq', 'ne']), 'pr']
      return tested(parameter, some(ops), valuesOf(seen, type, parameter, ''))
    })
}

/** A test of stretches that begin where others end. */
function ofDates(seen: Seen, type: string): fc.Arbitrary<Filter> | undefined {
  const dates = seen.params(type).filter((code) => parameterOf(type, code)?.type === 'date')
  if (dates.length === 0) return undefined
  const values = some([...POOL.dates, ...POOL.moments])
  return some(dates).chain((code) => tested(parameterOf(type, code)!, some(['co', 'po', 'po']), values))
}

function tested(parameter: SearchParameter, ops: fc.Arbitrary<string>, values: fc.Arbitrary<string>) {
  return fc.tuple(ops, values, fc.boolean()).map(([op, any, quote]): Filter => {
    const value = op === 'pr' ? String(quote) : valueIn(parameter, any)
    return {
      // A comma parts nothing here: it need not be escaped.
      text: written(parameter.code, op, quote ? value.replaceAll('\\,', ',') : value, quote),
      knows: (other) => parameterOf(other, parameter.code)?.type === parameter.type,
      in: (view) => meaningOf(parameter, op, value, view),
    }
  })
}

/** A filter's value has no prefix, and is a text as it is where texts are asked for. */
function valueIn({ type }: SearchParameter, text: string): string {
  if (type === 'string') return text.replace(/\\(.)/g, '$1') || 'ann'
  if (type === 'date' || type === 'number' || type === 'quantity') return text.replace(/^[a-z]{2}/, '')
  return text || 'x'
}

/** What R4 says of the operators. What has an ordinary criterion of the same meaning is asked by that one. */
function meaningOf({ code, type }: SearchParameter, op: string, value: string, view: View): Holds {
  if (op === 'pr' && type === 'composite')
    return (known) => view.ordinary(known, `${code}:missing`, String(value !== 'true'))
  if (op === 'pr') {
    // A concept may be a text alone.
    const modifiers = type === 'token' ? ['', ':text'] : ['']
    return (known) => modifiers.some((one) => entriesOf(known, code, one).length > 0) === (value === 'true')
  }
  if (type === 'string') {
    const holds: Holds = (known) =>
      entriesOf(known, code).some((entry) => isText(op, fold(String(entry[3])), fold(value)))
    return op === 'ne' ? (known) => !holds(known) : holds
  }
  if (op === 'co' || op === 'po') return stretches(code, op, value)
  if (type === 'date' || type === 'number' || type === 'quantity')
    return (known) => view.ordinary(known, code, op + value)
  return (known) => view.ordinary(known, code, value) === (op !== 'ne')
}

function isText(op: string, text: string, wanted: string): boolean {
  const order = Buffer.compare(Buffer.from(text), Buffer.from(wanted))
  if (op === 'co') return text.includes(wanted)
  if (op === 'sw') return text.startsWith(wanted)
  if (op === 'ew') return text.endsWith(wanted)
  if (op === 'gt') return order > 0
  if (op === 'lt') return order < 0
  if (op === 'ge') return order >= 0
  return op === 'le' ? order <= 0 : order === 0
}

/** Whether a stretch contains the value's, or has a moment in common with it. */
function stretches(code: string, op: string, value: string): Holds {
  const { start, end } = dateRange(value)!
  return (known) =>
    entriesOf(known, code).some((entry) => {
      if (entry[0] !== 'range') return false
      const [, , , low, high] = entry
      return op === 'co' ? low <= start && end <= high : Math.max(low, start) < Math.min(high, end)
    })
}
