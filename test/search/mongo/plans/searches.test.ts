import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SEARCHES } from '../../../../bench/searches.ts'
import { storableTypes } from '../../../../resources/definitions/definitions.ts'
import { historyFilter } from '../../../../resources/store/mongo/history.ts'
import { indexesOf, SHARED_INDEXES, VERSION_INDEXES } from '../../../../resources/store/mongo/indexes.ts'
import type { MongoFilter } from '../../../../search/mongo/conditions.ts'
import { declarationFaults } from '../../../../search/mongo/plans/declaration.ts'
import { EXCEPTIONS, exceptionOf } from '../../../../search/mongo/plans/exceptions.ts'
import { faultsOf } from '../../../../search/mongo/plans/faults.ts'
import { planOf } from '../../../../search/mongo/plans/plan.ts'
import { MOST_BETWEEN } from '../../../../search/mongo/searcher.ts'
import { queriesOf, queryFor } from '../../../support/mongo-plans/asked.ts'
import { FACTS, planTable } from '../../../support/mongo-plans/table.ts'

/** Combinations of parameters that US Core's servers support (3.1.1, 6.1.0 and 8.0.0 together), by type. */
const US_CORE = JSON.parse(readFileSync(join(import.meta.dirname, 'us-core-searches.json'), 'utf8')) as Record<
  string,
  string[]
>

/** Others that matter, of listings and of clients that keep up. */
const OTHERS = [
  'Patient',
  'Patient?_lastUpdated=ge2026-01-01',
  'Observation?_sort=-_lastUpdated',
  'Observation?_sort=_lastUpdated',
  'Observation?_sort=-date',
  'Observation?_sort=date',
  'Observation?date=ge2015-01-01&date=lt2015-04-01',
  'Observation?date=2015-01-01&_sort=-date',
  'Observation?date=ge2015-01-01&date=lt2015-04-01&_sort=-date',
  'Observation?date=lt2015-04-01&_sort=date',
  'Observation?code=http://loinc.org|8302-2&date=ge2015-01-01&date=lt2015-04-01',
  'Observation?status=final&date=ge2015-01-01&date=lt2015-04-01',
  'Observation?category=http://x|one&date=ge2015-01-01&date=lt2015-04-01&_sort=-date',
  'Patient?birthdate=1970-01-01',
  'Patient?birthdate=1970-01-01&gender=male',
  'Encounter?subject=Patient/x',
  'Observation?patient=x&_sort=-date',
  'Observation?patient=x&_sort=date',
  'Observation?patient=x,y&code=http://loinc.org|8302-2',
  'Observation?patient=x&code=8302-2',
  'Patient?general-practitioner=Practitioner/x',
  'Patient?_content=fever',
  'Observation?patient=x&_text=fever',
  'ValueSet?url=http://x/v',
  'Provenance?target=Patient/x',
  'AuditEvent?date=ge2026-01-01&_sort=-date',
]

const used = new Set<string>()

/** What is wrong with the plans of a query, and not let be. */
async function faultsIn(query: string, most: number, from?: string): Promise<string[]> {
  const queries = await queriesOf(query, { most }, from)
  return queries.flatMap((one) => {
    const plan = planOf(one, indexesOf(one.type))
    return faultsOf(one, plan).flatMap((fault) => {
      const exception = exceptionOf(fault, plan)
      if (exception) used.add(exception.name)
      return exception ? [] : [`${one.type}: ${fault}, by ${plan.indexes.join(' and ') || 'nothing'}`]
    })
  })
}

t.test('no search of the benchmark is without an index, however many ids stand between its steps', async (t) => {
  for (const { name, path } of SEARCHES) {
    for (const most of [1, 100, MOST_BETWEEN]) t.strictSame(await faultsIn(path(FACTS, 0), most), [], name)
  }
})

t.test('nor is a combination of parameters that US Core asks for', async (t) => {
  for (const [type, lists] of Object.entries(US_CORE)) {
    for (const list of lists) t.strictSame(await faultsIn(queryFor(type, list), 100), [], `${type}: ${list}`)
  }
})

t.test('nor another that matters', async (t) => {
  for (const query of OTHERS) t.strictSame(await faultsIn(query, 100), [], query)
})

t.test('nor is a page further on', async (t) => {
  for (const [query, from] of [
    ['Observation?code=http://loinc.org|1', 'x'],
    ['Observation?patient=x', '[1,"x"]'],
    ['Observation?patient=x', '[null,"x"]'],
    ['Observation?date=ge2015-01-01&date=lt2015-04-01&_sort=date', '[1425168000000,"x"]'],
    ['Observation?_sort=-date', '[1425168000000,"x"]'],
    ['Observation?_sort=-_lastUpdated', '[1425168000000,"x"]'],
  ] as const) {
    t.strictSame(await faultsIn(query, 100, from), [], `${query} from ${from}`)
  }
})

t.test('a history is a stretch of an index, in its order', async (t) => {
  const before = '1425168000000/Patient/x/3'
  for (const query of [{}, { since: 5 }, { since: 5, before }, { before }, { at: { start: 5, end: 9 } }] as const) {
    for (const [name, scope, sort] of [
      ['all', {}, { t: -1, n: -1, _id: -1 }],
      ['type', { type: 'Patient' }, { t: -1, n: -1, _id: -1 }],
      ['resource', { type: 'Patient', id: 'x' }, { v: -1 }],
    ] as const) {
      const filter = historyFilter(scope, query) as MongoFilter
      const { indexes, sort: served } = planOf({ type: 'versions', filter, sort }, VERSION_INDEXES)
      t.strictSame(indexes, [name], JSON.stringify(query))
      t.not(served, 'not', `${name} ${JSON.stringify(query)}`)
    }
  }
})

t.test('every exception is needed, and says why it is one', async (t) => {
  t.strictSame(EXCEPTIONS.map(({ name }) => name).sort(), [...used].sort())
  for (const { reason } of EXCEPTIONS) t.match(reason, /^[A-Z].{60,}\.$/)
})

t.test('all indexes can be made, and written to', async (t) => {
  for (const type of storableTypes) {
    t.strictSame(declarationFaults(indexesOf(type)), [], type)
    t.strictSame(declarationFaults(indexesOf(`#${type}`)), [], `#${type}`)
  }
  for (const [name, indexes] of Object.entries(SHARED_INDEXES)) t.strictSame(declarationFaults(indexes), [], name)
})

t.test('the README has the plans of the benchmark', async (t) => {
  const file = join(import.meta.dirname, '..', '..', '..', '..', 'resources', 'store', 'mongo', 'README.md')
  const readme = readFileSync(file, 'utf8')
  for (const line of await planTable()) t.ok(readme.includes(`${line}\n`), line)
})
