import fc from 'fast-check'
import t from 'tap'
import { prepareStamp } from '../../resources/json/stamp.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { matches } from '../../search/matches.ts'
import { parseCriteria } from '../../search/parse.ts'
import { ON_MONGO } from '../support/place.ts'
import { openStore } from '../support/stores.ts'

const BASE = 'http://x/fhir'
const ALL = { byType: {}, others: { kind: 'all' } } as const

const word = fc.constantFrom('a', 'b', 'ab', 'Ä', 'A', 'é', 'x y', '%', '_', "'", 'z|z', 'q,r')
const system = fc.constantFrom('http://s', 'http://t', undefined)
const patient = fc.record(
  {
    resourceType: fc.constant('Patient'),
    active: fc.boolean(),
    gender: fc.constantFrom('male', 'female'),
    name: fc.array(fc.record({ family: word, given: fc.array(word, { minLength: 1, maxLength: 2 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
    identifier: fc.array(fc.record({ system, value: word }), { minLength: 1, maxLength: 3 }),
    generalPractitioner: fc.array(
      fc.record({
        reference: fc.constantFrom(
          'Practitioner/1',
          'Organization/1',
          `${BASE}/Practitioner/2`,
          'http://y/Practitioner/1',
          '#c',
          'urn:x',
        ),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  },
  { requiredKeys: ['resourceType'] },
)

const escaped = word.map((text) => text.replace(/[\\|,$]/g, '\\$&'))
const token = fc.oneof(
  escaped,
  fc.tuple(fc.constantFrom('http://s', 'http://t', 'http://none', ''), escaped).map((parts) => parts.join('|')),
  fc.constantFrom('http://s|', 'http://none|'),
)
const criterion = fc.oneof(
  fc.tuple(fc.constantFrom('identifier', 'identifier:not'), token),
  fc.tuple(
    fc.constantFrom('gender', 'gender:not'),
    fc.constantFrom('male', 'female', 'x', 'http://hl7.org/fhir/administrative-gender|male'),
  ),
  fc.tuple(fc.constantFrom('family', 'given', 'name', 'family:exact', 'name:contains'), escaped),
  fc.tuple(
    fc.constantFrom('general-practitioner', 'general-practitioner:Practitioner'),
    fc.constantFrom(
      '1',
      '2',
      'Practitioner/1',
      'Organization/1',
      `${BASE}/Practitioner/2`,
      'http://y/Practitioner/1',
      'urn:x',
      'Practitioner/9',
    ),
  ),
  fc.tuple(
    fc.constantFrom(
      'gender:missing',
      'name:missing',
      'identifier:missing',
      'general-practitioner:missing',
      'active:missing',
    ),
    fc.constantFrom('true', 'false'),
  ),
  fc.tuple(fc.constant('active'), fc.constantFrom('true', 'false')),
  fc.tuple(fc.constant('_id'), fc.constantFrom('p1', 'p2,p3', 'none')),
)
const several = fc.tuple(criterion, fc.array(criterion, { maxLength: 2 })).map(([one, more]) => [one, ...more])
const query = several.map((pairs) => pairs.map(([name, value]) => [name, value] as const))

t.test("the store's answers are those of plain JavaScript, page by page", async (t) => {
  const { store, searcher } = await openStore(t)
  const kept = new Map<string, { id: string; lastUpdated: number; entries: ReturnType<typeof indexEntries> }>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(patient, { maxLength: 4 }),
      fc.array(query, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 3 }),
      async (patients, queries, count) => {
        for (const [at, value] of patients.entries()) {
          const id = `p${(kept.size + at * 7) % 9}`
          const entries = indexEntries('Patient', value, BASE)
          const stampable = prepareStamp({ text: Buffer.from(JSON.stringify(value)), value: value as never }, id)
          const [outcome] = await store.commit({
            changes: [{ kind: 'write', method: 'PUT', type: 'Patient', id, ...stampable, entries }],
            guards: [],
          })
          kept.set(id, { id, lastUpdated: outcome?.lastUpdated ?? 0, entries })
        }
        for (const pairs of queries) {
          const { expression } = parseCriteria('Patient', pairs, { baseUrl: BASE })
          const search = { type: 'Patient', where: expression, restriction: ALL }
          const wanted = [...kept.values()]
            .filter((facts) => matches(expression, facts))
            .map(({ id }) => id)
            .sort()
          const found: string[] = []
          let after: string | undefined
          for (;;) {
            const page = await searcher.find(search, count, after)
            found.push(...page.found.map(({ id }) => id))
            if (!page.more) break
            after = page.found.at(-1)?.position
          }
          t.strictSame([...found].sort(), wanted, JSON.stringify(pairs))
          t.equal(new Set(found).size, found.length)
          t.equal(await searcher.count(search), wanted.length)
        }
      },
    ),
    { numRuns: ON_MONGO ? 40 : 150 },
  )
})
