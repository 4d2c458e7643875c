import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Test } from 'tap'
import type { ConceptStore } from '../../resources/store/concepts.ts'
import type { Concept } from '../../resources/terminology/concept.ts'
import type { ConceptQuery, ConceptSource, Condition, Edition } from '../../resources/terminology/concept-source.ts'
import { CODES, concepts, condition, DAYS } from '../support/concepts/arbitrary.ts'
import { PlainConcepts } from '../support/concepts/plain.ts'

const DAY = '2026-10-01'

/** How much of the contract is tried. */
interface Extent {
  /** Random editions; `ORACLE_RUNS` tries more. */
  runs: number
  /** Why no large edition is tried; false where it is. */
  withoutLarge: string | false
}

const edition = (more: Partial<Edition> = {}): Edition => ({
  system: 'urn:codes',
  version: '1',
  name: 'Codes',
  content: 'complete',
  caseSensitive: true,
  ...more,
})

const asked = (more: Partial<ConceptQuery> = {}): ConceptQuery => ({
  conditions: [],
  day: DAY,
  activeOnly: false,
  offset: 0,
  count: 100,
  ...more,
})

const isBillable = (value: boolean) => [{ code: 'billable', type: 'boolean' as const, value }]

/** A piece of ICD-10-CM. */
const DISEASES: readonly Concept[] = [
  { code: 'E08-E13', display: 'Diabetes mellitus', abstract: true },
  { code: 'E11', display: 'Type 2 diabetes mellitus', parents: ['E08-E13'], properties: isBillable(false) },
  {
    code: 'E11.4',
    display: 'Type 2 diabetes mellitus with neurological complications',
    parents: ['E11'],
    properties: isBillable(false),
  },
  {
    code: 'E11.40',
    display: 'Type 2 diabetes mellitus with diabetic neuropathy, unspecified',
    parents: ['E11.4'],
    properties: isBillable(true),
  },
  {
    code: 'E11.9',
    display: 'Type 2 diabetes mellitus without complications',
    parents: ['E11'],
    properties: isBillable(true),
  },
  { code: 'E23.2', display: 'Diabetes insipidus', properties: isBillable(true) },
  {
    code: 'I10',
    display: 'Essential (primary) hypertension',
    designations: [{ value: 'High blood pressure' }],
    properties: isBillable(true),
  },
  { code: 'I15', display: 'Secondary hypertension', properties: isBillable(false) },
  { code: 'I15.0', display: 'Renovascular hypertension', parents: ['I15'], properties: isBillable(true) },
  { code: 'H81.01', display: 'Ménière’s disease, right ear', properties: isBillable(true) },
]

/** Puts an edition in. */
async function load(store: ConceptStore, all: readonly Concept[], more: Partial<Edition> = {}): Promise<ConceptSource> {
  const draft = await store.draft(edition(more))
  // In lots, as a loader does.
  for (let at = 0; at < all.length; at += 4) await draft.add(all.slice(at, at + 4))
  await draft.publish()
  const { system, version } = edition(more)
  return (await store.open(system, version))!
}

/** What every store of code systems must do. `open` gives a new, empty one each time. */
export function conceptsContract(
  t: Test,
  open: (t: Test) => Promise<ConceptStore>,
  { runs, withoutLarge }: Extent = { runs: 40, withoutLarge: false },
): void {
  const found = async (source: ConceptSource, text: string, more: Partial<ConceptQuery> = {}) => {
    const { concepts, total } = await source.search(asked({ text, ...more }))
    return { codes: concepts.map(({ code }) => code), total }
  }

  t.test('concepts: a draft is not put where what is demanded right before is not so', async (t) => {
    const store = await open(t)
    const [one, other] = [await store.draft(edition()), await store.draft(edition())]
    await one.add([{ code: 'a', display: 'A' }])
    await other.add([{ code: 'b', display: 'B' }])
    const unchanged = async () => {
      if ((await store.open('urn:codes')) !== undefined) throw new Error('changed')
    }
    await one.publish(unchanged)
    await t.rejects(other.publish(unchanged), { message: 'changed' })
    await other.discard()
    t.ok(await (await store.open('urn:codes'))?.find('a', DAY))
    t.notOk(await (await store.open('urn:codes'))?.find('b', DAY))
  })

  t.test('concepts: nobody sees a draft before it is published, and then the whole of it', async (t) => {
    const store = await open(t)
    t.strictSame(await store.editions(), [])
    t.equal(await store.open('urn:codes'), undefined)
    const before = await store.stamp()
    const draft = await store.draft(edition())
    await draft.add([{ code: 'a', display: 'A' }])
    t.equal(await store.open('urn:codes'), undefined)
    t.equal(await store.stamp(), before, 'a draft is no change')
    await draft.publish()
    t.not(await store.stamp(), before)
    t.strictSame(await store.editions(), [edition()])
    const source = (await store.open('urn:codes'))!
    t.strictSame(await source.find('a', DAY), { code: 'a', display: 'A' })
  })

  t.test('concepts: a new content takes the place of the old one', async (t) => {
    const store = await open(t)
    const old = await load(store, [{ code: 'a', display: 'A' }])
    const other = await load(store, [{ code: 'b', display: 'B' }], { version: '2' })
    const stamp = await store.stamp()
    const now = await load(store, [{ code: 'c', display: 'C' }])
    t.not(await store.stamp(), stamp)
    t.not(now.key, old.key)
    t.equal(await now.find('a', DAY), undefined)
    t.match(await old.find('a', DAY), { display: 'A' }, 'who reads the old one reads on')
    t.equal((await store.editions()).length, 2)
    t.match(await other.find('b', DAY), { display: 'B' })
    t.equal((await store.open('urn:codes', '2'))?.key, other.key, 'what did not change has the same key')
  })

  t.test('concepts: a draft that is discarded leaves nothing, and the edition as it was', async (t) => {
    const store = await open(t)
    await load(store, [{ code: 'a', display: 'A' }])
    const stamp = await store.stamp()
    const draft = await store.draft(edition())
    await draft.add([{ code: 'b', display: 'B' }])
    await draft.discard()
    await t.rejects(draft.add([{ code: 'c', display: 'C' }]))
    t.equal(await store.stamp(), stamp)
    t.match(await (await store.open('urn:codes'))!.find('a', DAY), { display: 'A' })
  })

  t.test('concepts: removes an edition, and tells whether there was one', async (t) => {
    const store = await open(t)
    await load(store, [{ code: 'a', display: 'A' }])
    await load(store, [{ code: 'b', display: 'B' }], { version: undefined })
    t.equal(await store.remove('urn:codes', '9'), false)
    t.equal(await store.remove('urn:others', '1'), false)
    t.equal(await store.remove('urn:codes', undefined), true)
    t.strictSame(
      (await store.editions()).map(({ version }) => version),
      ['1'],
    )
    t.equal(await store.remove('urn:codes', '1'), true)
    t.equal(await store.remove('urn:codes', '1'), false)
    t.equal(await store.open('urn:codes'), undefined)
  })

  t.test('concepts: opens the version that is asked for, or the newest', async (t) => {
    const store = await open(t)
    const periods = [{ version: 'FY2026', from: '2025-10-01', to: '2026-09-30' }]
    for (const version of ['2.9', '2.10', '2.1', undefined]) await load(store, [], { version })
    await load(store, [], { system: 'urn:dated', version: 'all', periods })
    const sct = 'http://snomed.info/sct'
    for (const day of ['20240101', '20250101'])
      await load(store, [], { system: sct, version: `${sct}/900/version/${day}` })
    const opened = async (system: string, version?: string) => (await store.open(system, version))?.edition.version
    t.equal(await opened('urn:codes'), '2.10')
    t.equal(await opened('urn:codes', '2.1'), '2.1')
    t.equal(await opened('urn:codes', '2'), '2.10', 'of those that it is the beginning of the newest')
    t.equal(await opened('urn:codes', '3'), undefined)
    t.equal(await opened('urn:dated', 'FY2026'), 'all')
    t.equal(await opened('urn:dated', 'FY2027'), undefined)
    t.equal(await opened(sct, `${sct}/900`), `${sct}/900/version/20250101`)
  })

  t.test('concepts: what was put in comes back as it was', async (t) => {
    const whole: Concept = {
      code: 'a',
      display: 'A "quoted" \u{1F600} display',
      definition: 'what it means',
      designations: [{ value: 'B', language: 'de', use: { system: 'urn:uses', code: 'short', display: 'Short' } }],
      properties: [
        { code: 'x', type: 'code', value: 'y' },
        { code: 'x', type: 'Coding', value: 'y', system: 'urn:s', display: 'd' },
        { code: 'x', type: 'Coding', value: 'y', display: 'd' },
        { code: 'n', type: 'integer', value: 3 },
        { code: 'd', type: 'decimal', value: 1.5 },
        { code: 'b', type: 'boolean', value: false },
      ],
      parents: ['p'],
      from: '2025-01-01',
      to: '2030-01-01',
      inactive: true,
      abstract: true,
    }
    const about = {
      title: 'All codes',
      copyright: 'mine',
      hierarchyMeaning: 'is-a',
      properties: [{ code: 'x', type: 'code' }],
    }
    const source = await load(await open(t), [whole, { code: 'p', display: 'P' }], about)
    t.strictSame(await source.find('a', DAY), whole)
    t.strictSame(source.edition, edition(about))
    const all: Concept[] = []
    for await (const one of source.all()) all.push(one)
    t.strictSame(all, [whole, { code: 'p', display: 'P' }])
  })

  t.test('concepts: a code is another thing on other days', async (t) => {
    const records: Concept[] = [
      { code: 'I42.0', display: 'Dilated cardiomyopathy', properties: isBillable(false), from: '2026-10-01' },
      {
        code: 'I42.0',
        display: 'Dilated cardiomyopathy',
        properties: isBillable(true),
        from: '2025-10-01',
        to: '2026-09-30',
      },
      { code: 'I42.01', display: 'New one', parents: ['I42.0'], properties: isBillable(true), from: '2026-10-01' },
    ]
    const source = await load(await open(t), records)
    t.strictSame(await source.find('I42.0', '2026-09-30'), records[1])
    t.strictSame(await source.find('I42.0', '2026-10-01'), records[0])
    t.equal(await source.find('I42.0', '2025-09-30'), undefined)
    t.strictSame(await source.records('I42.0'), [records[1], records[0]])
    t.strictSame(await source.children('I42.0', '2026-09-30'), [])
    t.strictSame(await source.children('I42.0', '2026-10-01'), [records[2]])
    t.equal(await source.isBelow('I42.01', 'I42.0', '2026-09-30'), false)
    t.equal(await source.isBelow('I42.01', 'I42.0', '2026-10-01'), true)
    t.strictSame(await found(source, 'cardio', { day: '2026-01-01' }), { codes: ['I42.0'], total: 1 })
    const billable: Condition[] = [{ op: '=', property: 'billable', value: 'true' }]
    t.strictSame(await found(source, '', { conditions: billable }), { codes: ['I42.01'], total: 1 })
  })

  t.test('concepts: refuses what is no edition, and keeps what there was', async (t) => {
    const store = await open(t)
    await load(store, [{ code: 'a', display: 'A' }])
    const refused = async (all: Concept[], words: RegExp, more: Partial<Edition> = {}) => {
      const draft = await store.draft(edition(more))
      await draft.add(all)
      await t.rejects(draft.publish(), { name: 'FhirError', kind: 'unprocessable', issues: [{ diagnostics: words }] })
    }
    await refused(
      [
        { code: 'b', display: '' },
        { code: 'b', display: '' },
      ],
      /the code b twice/,
    )
    await refused(
      [
        { code: 'b', display: '', to: '2026-01-01' },
        { code: 'b', display: '', from: '2026-01-01' },
      ],
      /twice/,
    )
    await refused(
      [
        { code: 'b', display: '' },
        { code: 'B', display: '' },
      ],
      /twice/,
      { caseSensitive: false },
    )
    await refused(
      [
        { code: 'b', display: '', parents: ['c'] },
        { code: 'c', display: '', parents: ['b'] },
      ],
      /circle/,
    )
    await refused([{ code: 'b', display: '', parents: ['b'] }], /circle/)
    t.match(await (await store.open('urn:codes'))!.find('a', DAY), { display: 'A' })
  })

  t.test('concepts: an edition without concepts', async (t) => {
    const source = await load(await open(t), [])
    t.equal(await source.find('a', DAY), undefined)
    t.strictSame(await found(source, 'a'), { codes: [], total: 0 })
    t.strictSame(await found(source, '', { conditions: [{ op: 'is-a', code: 'a' }] }), { codes: [], total: 0 })
  })

  t.test('concepts: ranks the code, its beginnings, words, what is billable, other names, typos', async (t) => {
    const source = await load(await open(t), DISEASES, { caseSensitive: false })
    const codes = async (text: string, more?: Partial<ConceptQuery>) => (await found(source, text, more)).codes
    for (const text of ['E11.9', 'e119', ' e11.9 ', 'E 11 9']) t.strictSame(await codes(text), ['E11.9'], text)
    t.strictSame(await codes('e11'), ['E11', 'E11.40', 'E11.9', 'E11.4'], 'the code, then billable ones, then headers')
    t.strictSame(await codes('diabetes'), ['E23.2', 'E11.9', 'E11.40', 'E08-E13', 'E11', 'E11.4'])
    t.strictSame(await codes('mell diab TYPE'), ['E11.9', 'E11.40', 'E11', 'E11.4'], 'words in any order')
    t.strictSame(await codes('hypertension'), ['I10', 'I15.0', 'I15'], 'what stands in brackets makes no name longer')
    t.strictSame(await codes('blood pressure'), ['I10'], 'other names')
    t.strictSame(await codes('e11 neuro'), ['E11.40', 'E11.4'], 'a code among the words')
    t.strictSame(await codes('menieres'), ['H81.01'], 'without accents and apostrophes')
    t.strictSame(await codes('MÉNIÈRE'), ['H81.01'])
    t.strictSame(await codes('hypretension'), ['I10', 'I15.0', 'I15'], 'swapped letters')
    t.strictSame(await codes('insipdus'), ['E23.2'])
    t.strictSame(await codes('hipertentoin'), [], 'three typos are too many')
    t.strictSame(await codes('essental'), ['I10'])
    t.strictSame(await codes('eer'), [], 'three letters have no typo')
    t.strictSame(await codes('zebra'), [])
    t.strictSame(await codes('-'), [])
    t.strictSame(await codes('diabetes', { activeOnly: true, selectableOnly: true }), [
      'E23.2',
      'E11.9',
      'E11.40',
      'E11',
      'E11.4',
    ])
    const below: Condition[] = [{ op: 'descendent-of', code: 'e11' }]
    t.strictSame(await codes('diabetes', { conditions: below }), ['E11.9', 'E11.40', 'E11.4'])
    await t.rejects(source.search(asked({ text: 'x'.repeat(501) })), { name: 'FhirError', kind: 'invalid' })
  })

  t.test('concepts: pages of a ranked search are parts of the whole', async (t) => {
    const source = await load(await open(t), DISEASES)
    for (const text of ['', 'diabetes', 'e', 'hypertention']) {
      const whole = await found(source, text)
      t.equal(whole.codes.length, whole.total)
      for (let offset = 0; offset <= whole.total; offset++) {
        const page = await found(source, text, { offset, count: 2 })
        t.strictSame(page, { codes: whole.codes.slice(offset, offset + 2), total: whole.total })
      }
      t.strictSame(await found(source, text, { count: 0 }), { codes: [], total: whole.total })
    }
  })

  t.test('concepts: stops a regular expression that takes too long', async (t) => {
    const source = await load(await open(t), [{ code: 'a'.repeat(40), display: 'x' }])
    const regex = (pattern: string, property = 'code') =>
      source.search(asked({ conditions: [{ op: 'regex', property, pattern }] }))
    await t.rejects(regex('(a+)+b'), { name: 'FhirError', kind: 'invalid', issues: [{ code: 'too-costly' }] })
    await t.rejects(regex('('), { name: 'FhirError', kind: 'invalid', issues: [{ code: 'invalid' }] })
    await t.rejects(regex('x', 'child'), { name: 'FhirError', kind: 'invalid', issues: [{ code: 'not-supported' }] })
    t.equal((await regex('a*')).total, 1)
    t.equal((await regex('^a*$')).total, 1, 'anchors that are there anyway')
  })

  t.test('concepts: more of them than one part of a posting has', { skip: withoutLarge }, async (t) => {
    const many = Array.from({ length: 70_000 }, (_, at): Concept => {
      const parents = at === 0 ? {} : { parents: [`c${Math.floor((at - 1) / 50)}`] }
      return {
        code: `c${at}`,
        display: at % 2 === 0 ? 'even number' : 'odd',
        ...parents,
        properties: isBillable(at % 3 === 0),
      }
    })
    const store = await open(t)
    const draft = await store.draft(edition())
    for (let at = 0; at < many.length; at += 5_000) await draft.add(many.slice(at, at + 5_000))
    await draft.publish()
    const source = (await store.open('urn:codes'))!
    t.equal((await found(source, '', { count: 0 })).total, 70_000)
    t.equal((await found(source, 'even', { count: 0 })).total, 35_000)
    const conditions: Condition[] = [
      { op: '=', property: 'billable', value: 'true' },
      { op: 'is-a', code: 'c1399' },
    ]
    t.strictSame(await found(source, 'even', { conditions }), {
      codes: many
        .slice(69_951, 70_000)
        .filter((_, at) => (69_951 + at) % 6 === 0)
        .map(({ code }) => code),
      total: 8,
    })
    t.strictSame(await found(source, 'odd', { offset: 34_998 }), { codes: ['c69997', 'c69995'].sort(), total: 35_000 })
    t.equal(await source.isBelow('c69999', 'c27', DAY), true)
    t.equal(await source.isBelow('c69999', 'c28', DAY), false)
  })

  t.test('concepts: answers as a list that is looked through', async (t) => {
    const store = await open(t)
    const any = fc.boolean().chain((caseSensitive) => fc.tuple(fc.constant(caseSensitive), concepts(caseSensitive)))
    const query = fc.record(
      {
        conditions: fc.array(condition, { maxLength: 3 }),
        day: fc.constantFrom(...DAYS),
        activeOnly: fc.boolean(),
        selectableOnly: fc.boolean(),
        offset: fc.nat(3),
        count: fc.nat(20),
      },
      { noNullPrototype: true },
    )
    await fc.assert(
      fc.asyncProperty(any, fc.array(query, { minLength: 1, maxLength: 8 }), async ([caseSensitive, all], queries) => {
        const source = await load(store, all, { caseSensitive })
        const plain = new PlainConcepts(all, caseSensitive)
        for (const one of queries) {
          const wanted = plain.search(one)
          const page = { concepts: wanted.slice(one.offset, one.offset + one.count), total: wanted.length }
          assert.deepEqual(await source.search(one), page, JSON.stringify(one))
        }
        const { day } = queries[0]!
        for (const code of CODES) {
          assert.deepEqual(await source.find(code, day), plain.find(code, day))
          assert.deepEqual(await source.records(code), plain.records(code))
          assert.deepEqual(await source.children(code, day), plain.children(code, day))
          for (const other of CODES) {
            const below = plain.isBelow(code, other, day)
            assert.equal(await source.isBelow(code, other, day), below, `${code} ${other} ${day}`)
          }
        }
      }),
      { numRuns: Number(process.env.ORACLE_RUNS ?? runs) },
    )
    t.pass()
  })
}
