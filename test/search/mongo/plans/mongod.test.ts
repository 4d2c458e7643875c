import t from 'tap'
import { SEARCHES } from '../../../../bench/searches.ts'
import { Filters } from '../../../../search/mongo/far.ts'
import { linkedPage } from '../../../../search/mongo/links.ts'
import { findPage } from '../../../../search/mongo/pages.ts'
import { executedOf, executionFaults, isMongod } from '../../../../search/mongo/plans/executed.ts'
import { EVERYTHING } from '../../../contract/store.ts'
import { writeOf } from '../../../support/facts.ts'
import { withoutMongo } from '../../../support/mongo.ts'
import { askedBy, COUNT } from '../../../support/mongo-plans/asked.ts'
import { Explaining } from '../../../support/mongo-plans/explaining.ts'
import { ward } from '../../../support/mongo-plans/ward.ts'
import { openMongo } from '../../../support/stores.ts'

// How a server answers, by its own words. Only MongoDB's own says anything of MongoDB: on a compatible server the same is
// asked of less, and what it says of its plans is left out.

const skip = await withoutMongo()

const FACTS = { patients: ['p5'], codes: ['c3'], names: ['ann'] }

/** Searches as those that US Core asks for, of what there is. */
const OTHERS = [
  'Patient?identifier=http://x|n5',
  'Patient?birthdate=1955-03-06&family=ann',
  'Observation?patient=p5',
  'Observation?patient=p5&category=http://x|one',
  'Observation?patient=p5&category=http://x|one&date=ge2013-01-01&date=lt2014-01-01',
  'Observation?patient=p5&code=http://x|c3&date=ge2012-01-01',
  'Observation?patient=p5&code=http://x|c3,http://x|c4&_sort=-date',
  'Observation?patient=p5&category=http://x|one&status=final',
  'Observation?date=ge2013-01-01&date=lt2013-04-01',
  'Observation?_sort=-date',
  'Observation?_sort=date',
  'Observation?_sort=-_lastUpdated',
  'Observation?_lastUpdated=gt2020-01-01',
  'Condition?patient=p5&clinical-status=http://x|one',
  'Condition?patient=p5&code=http://x|c3',
  'Condition?patient=p5&recorded-date=ge2013-01-01&recorded-date=lt2015-01-01',
  'Encounter?patient=p5&date=ge2013-01-01&date=lt2015-01-01',
  'Encounter?class=http://x|one&patient=p5',
  'Procedure?patient=p5&code=http://x|c3&date=ge2010-01-01',
  'DiagnosticReport?patient=p5&category=http://x|one&date=lt2015-01-01',
  'MedicationRequest?patient=p5&intent=order&status=active',
  'MedicationRequest?patient=p5&authoredon=ge2013-01-01',
  'Immunization?patient=p5&date=ge2013-01-01',
  'DocumentReference?patient=p5&type=http://x|c3&_sort=-date',
  'DocumentReference?patient=p5&category=http://x|one&date=ge2013-01-01',
]

const fromBench = SEARCHES.map(({ path }) => path(FACTS, 0).replaceAll('http://loinc.org|', 'http://x|'))

t.test('searches are answered by their indexes', { skip }, async (t) => {
  const { store } = await openMongo(t)
  const isOwn = isMongod(await store.database.admin().command({ buildInfo: 1 }))
  if (!isOwn) t.comment('no mongod: what this server says of its plans is left out')
  const changes = ward(isOwn ? 60 : 6, 10).map((resource) => writeOf(resource))
  for (let at = 0; at < changes.length; at += 500)
    await store.commit({ changes: changes.slice(at, at + 500), guards: [] })
  for (const query of [...fromBench, ...OTHERS]) {
    const { search, links } = askedBy(query)
    const reading = new Explaining(store, { time: 60_000, between: 20_000 })
    const filters = new Filters(reading, EVERYTHING)
    const { found } = await findPage(reading, filters, search, COUNT, { from: undefined })
    t.ok(found.length > 0, `${query} finds something`)
    if (links.length > 0) await linkedPage(reading, filters, found, links, 1000)
    for (const { query: asked, explanation } of reading.answers) {
      const executed = executedOf(explanation)
      if (isOwn) t.strictSame(executionFaults(executed, COUNT + 1), [], `${query}: ${asked}`)
    }
  }
})
