import { equal } from 'node:assert'
import fc from 'fast-check'
import type { Document, Filter } from 'mongodb'
import t from 'tap'
import { fold } from '../../../resources/fold.ts'
import { indexFacts } from '../../../resources/store/mongo/document.ts'
import { tokenKey } from '../../../resources/store/mongo/keys.ts'
import type { IndexEntry } from '../../../resources/store/port.ts'
import type { Comparison, EntryExpression, Expression, RangeTest, StringMode } from '../../../search/expression.ts'
import { matches } from '../../../search/matches.ts'
import { filterOf } from '../../../search/mongo/filter.ts'
import { withoutMongo } from '../../support/mongo.ts'
import { meets } from '../../support/mongo-memory/filter.ts'
import { manner } from '../../support/oracle/runs.ts'
import { openMongo } from '../../support/stores.ts'

const some = <T>(...values: T[]) => fc.constantFrom(...values)

/** Texts of what means something to keys and to patterns. */
const text = fc
  .array(
    some(
      '\0',
      '\u0001',
      '0',
      '1',
      '\n',
      'a',
      'A',
      'b',
      '$',
      '.',
      '*',
      '(',
      '\\',
      '/',
      '|',
      '\u2028',
      '\uff46',
      '😀',
      '€',
      '\u{10ffff}',
    ),
    {
      maxLength: 4,
    },
  )
  .map((characters) => characters.join(''))
const uri = fc
  .array(some('a', 'b', '/', '\0', '.'), { maxLength: 6 })
  .map((characters) => `http://${characters.join('')}`)
const number = some(0, -0, 1, 1.5, -1e17, 1e17, 2 ** 53, 2 ** 53 + 2, -(2 ** 31), 2 ** 31, 5e-324, 1e308)
const param = some('p', 'q', 'p:text')
/** Entries of one group are those of one element. */
const group = some<number[]>([], [], [1], [2])

const entry: fc.Arbitrary<IndexEntry> = fc.oneof(
  fc
    .tuple(param, text, text, group)
    .map(([name, system, code, of]) => ['token', name, system, code, ...of] as IndexEntry),
  fc.tuple(param, text, group).map(([name, exact, of]) => ['string', name, fold(exact), exact, ...of] as IndexEntry),
  fc
    .tuple(param, some('P', 'Q'), text, group)
    .map(([name, type, id, of]) => ['reference', name, type, id, ...of] as IndexEntry),
  fc.tuple(param, fc.oneof(text, uri), group).map(([name, one, of]) => ['uri', name, one, ...of] as IndexEntry),
  fc.tuple(param, some('', 'u'), number, number, group).map(([name, unit, one, other, of]): IndexEntry => {
    return ['range', name, unit, Math.min(one, other), Math.max(one, other), ...of] as IndexEntry
  }),
) as fc.Arbitrary<IndexEntry>

const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 0, maxLength: 3 })
const modes: StringMode[] = ['starts', 'contains', 'exact', 'whole', 'ends', 'before', 'after']
const comparison = fc.tuple(some('low', 'high'), some('<', '<=', '>', '>='), number) as fc.Arbitrary<Comparison>
const rangeTest: fc.Arbitrary<RangeTest> = fc.record({
  unit: some('', 'u'),
  all: list(comparison),
  any: list(comparison),
})
const optional = fc.option(text, { nil: undefined })

const asked = fc.oneof(
  fc.record({ kind: some('token'), param, tests: list(fc.record({ system: optional, code: optional })) }),
  fc.record({ kind: some('string'), param, mode: some(...modes), texts: list(text) }).map((expression) => {
    const texts = expression.mode === 'exact' ? expression.texts : expression.texts.map(fold)
    return { ...expression, texts }
  }),
  fc.record({
    kind: some('reference'),
    param,
    targets: list(fc.record({ type: some('P', 'Q'), id: text })),
    bare: fc.record({ types: list(some('P', 'Q')), ids: list(text) }),
    uris: list(text),
  }),
  fc.record({ kind: some('uri'), param, uris: list(fc.oneof(text, uri)), mode: some(undefined, 'below', 'above') }),
  fc.record({ kind: some('range'), param, tests: list(rangeTest) }),
  fc.record({ kind: some('present'), param, table: some('entry', 'string', 'range') }),
) as fc.Arbitrary<EntryExpression>

const expression: fc.Arbitrary<Expression> = fc.oneof(
  { weight: 4, arbitrary: asked },
  { weight: 1, arbitrary: fc.record({ kind: some('composite' as const), parts: fc.array(asked, { maxLength: 3 }) }) },
  { weight: 1, arbitrary: asked.map((part): Expression => ({ kind: 'not', part })) },
  { weight: 1, arbitrary: fc.record({ kind: some('and' as const, 'or' as const), parts: list(asked) }) },
)

const documentOf = (entries: readonly IndexEntry[]) => ({ _id: 'x', live: true, t: 5, ...indexFacts(entries) })
const decided = (where: Expression, entries: readonly IndexEntry[]) =>
  matches(where, { id: 'x', lastUpdated: 5, entries })

t.test('a filter holds of a document as its Expression does of the entries, whatever is in them', async (t) => {
  const tried = { cases: 0, met: 0 }
  const property = fc.property(
    fc.array(entry, { maxLength: 6 }),
    fc.array(expression, { minLength: 20, maxLength: 20 }),
    (entries, all) => {
      const document = documentOf(entries)
      for (const where of all) {
        const wanted = decided(where, entries)
        equal(
          meets(document, filterOf('Basic', where) as Record<string, unknown>),
          wanted,
          JSON.stringify([where, entries]),
        )
        tried.cases++
        if (wanted) tried.met++
      }
    },
  )
  fc.assert(property, manner(1000))
  t.comment(JSON.stringify(tried))
  t.ok(tried.met > tried.cases / 20)
})

t.test('so does the server say', { skip: await withoutMongo() }, async (t) => {
  const { store } = await openMongo(t)
  const collection = store.database.collection<Document & { _id: string }>('Basic')
  const cases = fc.sample(
    fc.tuple(fc.array(entry, { maxLength: 6 }), fc.array(expression, { minLength: 10, maxLength: 10 })),
    40,
  )
  for (const [entries, all] of cases) {
    await collection.replaceOne({ _id: 'x' }, documentOf(entries), { upsert: true })
    for (const where of all) {
      const found = await collection.countDocuments(filterOf('Basic', where) as Filter<Document & { _id: string }>)
      if ((found === 1) !== decided(where, entries)) t.fail(JSON.stringify([where, entries]))
    }
  }
  t.pass(`${cases.length * 10} were asked`)
  // The `$` of the server's patterns, unlike JavaScript's, is also in front of a line feed.
  await collection.replaceOne({ _id: 'x' }, documentOf([['token', 'p', 'http://x\n', 'a']]), { upsert: true })
  for (const [system, count] of [
    ['http://x', 0],
    ['http://x\n', 1],
  ] as const) {
    const where: Expression = { kind: 'token', param: 'p', tests: [{ system, code: undefined }] }
    t.equal(await collection.countDocuments(filterOf('Basic', where) as Filter<Document & { _id: string }>), count)
  }
})

t.test('a value that no pattern can hold is refused', async (t) => {
  const systems = (system: string): Expression => ({ kind: 'token', param: 'p', tests: [{ system, code: undefined }] })
  t.throws(() => filterOf('Basic', systems('é'.repeat(20_000))), { name: 'FhirError', kind: 'invalid' })
  t.doesNotThrow(() => filterOf('Basic', systems('x'.repeat(30_000))))
  const text = `${'\u0001a'.repeat(50_000)}b`
  const contains: Expression = { kind: 'string', param: 'p', mode: 'contains', texts: ['ab'] }
  t.ok(meets(documentOf([['string', 'p', text, text]]), filterOf('Basic', contains) as Record<string, unknown>))
})

t.test('what is asked of one patient is asked by the keys of patients', async (t) => {
  const ofPatient: Expression = {
    kind: 'reference',
    param: 'patient',
    targets: [],
    bare: { types: ['Patient'], ids: ['p'] },
    uris: [],
  }
  const token = (param: string, ...codes: string[]): Expression => {
    return { kind: 'token', param, tests: codes.map((code) => ({ system: 's', code })) }
  }
  const and = (...parts: Expression[]): Expression => ({ kind: 'and', parts })
  const key = (param: string, code: string) => `p\0${tokenKey(param, code, 's')}`
  const reference = { k: 'patient\0rPatient/p' }
  t.strictSame(filterOf('Flag', ofPatient), { $and: [{ pk: 'p' }, reference] })
  t.strictSame(filterOf('#Flag', ofPatient), reference)
  t.strictSame(filterOf('Flag', and(ofPatient, token('code', 'c'))), { pk: key('code', 'c') })
  t.strictSame(filterOf('Flag', and(token('code', 'c', 'd'), ofPatient)), {
    pk: { $in: [key('code', 'c'), key('code', 'd')] },
  })
  const both = and(ofPatient, token('status', 'a'), token('code', 'c'))
  t.strictSame(filterOf('Flag', both), { $and: [{ pk: key('code', 'c') }, { k: tokenKey('status', 'a', 's') }] })
  t.strictSame(filterOf('Flag', and(ofPatient, token('color', 'c'))), {
    $and: [{ pk: 'p' }, reference, { k: tokenKey('color', 'c', 's') }],
  })
})

t.test('dates that a type is listed by bound its index', async (t) => {
  const range = (param: string, ...all: Comparison[]): Expression => ({
    kind: 'range',
    param,
    tests: [{ unit: '', all }],
  })
  const asked = range('date', ['high', '>', 5], ['low', '<', 9])
  const own = { r: { $elemMatch: { p: 'date', u: '', h: { $gt: 5 }, l: { $lt: 9 } } } }
  const { $and: parts } = filterOf('Observation', asked) as { $and: [object, { $or: object[] }] }
  t.strictSame(parts[0], own)
  const spans = parts[1].$or
  t.strictSame(spans[0], {
    $and: [{ 's.date.w': 0 }, { 's.date.a': { $gte: -996, $lte: 9 } }, { 's.date.z': { $gte: 5, $lte: 1010 } }],
  })
  t.strictSame(spans.at(-1), {
    $and: [{ 's.date.w': 4 }, { 's.date.a': { $lte: 9 } }, { 's.date.z': { $gte: 5 } }],
  })
  const bare = { types: [], ids: [] }
  const targets = [{ type: 'Patient', id: 'p' }]
  const patient: Expression = { kind: 'reference', param: 'patient', targets, bare, uris: [] }
  const ofOne = filterOf('Observation', { kind: 'and', parts: [patient, asked] }) as { $and: object[] }
  t.strictSame(
    ofOne.$and.slice(-2),
    [{ 's.date.a': { $lte: 9 } }, { 's.date.z': { $gte: 5 } }],
    'of one patient at once',
  )
  t.strictSame(filterOf('Basic', asked), own)
})
