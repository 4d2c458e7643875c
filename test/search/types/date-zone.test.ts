import t from 'tap'
import { zoneOf } from '../../../resources/zone.ts'
import { finds } from '../../support/criteria.ts'
import { openWorld } from '../../support/world.ts'

const DAY = { resourceType: 'Patient', birthDate: '2015-04-01' }
const YEAR = { resourceType: 'Patient', birthDate: '2015' }
const at = (effectiveDateTime: string) => ({ resourceType: 'Observation', effectiveDateTime })
const extended = { resourceType: 'Patient', deceasedDateTime: '2015-04-01' }
const period = { resourceType: 'Encounter', period: { start: '2015-04-01', end: '2015-04-02' } }
const timing = {
  resourceType: 'Observation',
  effectiveTiming: { event: ['2015-04-05'], repeat: { boundsPeriod: { start: '2015-04-01', end: '2015-04-02' } } },
}
const weighed = {
  ...at('2015-04-02T01:00:00Z'),
  code: { coding: [{ system: 'http://l', code: '1' }] },
}

const ROWS: [zone: string, resource: Parameters<typeof finds>[0], query: string, found: boolean | 400][] = [
  ['America/New_York', DAY, 'birthdate=2015-04-01', true],
  ['America/New_York', DAY, 'birthdate=2015', true],
  ['America/New_York', DAY, 'birthdate=sa2015-04-01T03:59Z', true],
  ['America/New_York', DAY, 'birthdate=sa2015-04-01T04:00Z', false],
  ['America/New_York', DAY, 'birthdate=eb2015-04-02T04:00Z', true],
  ['America/New_York', DAY, 'birthdate=eb2015-04-02T03:59Z', false],
  ['UTC', DAY, 'birthdate=eb2015-04-02T00:00Z', true],
  ['America/New_York', YEAR, 'birthdate=sa2015-01-01T04:59:59Z', true],
  ['America/New_York', YEAR, 'birthdate=eb2016-01-01T05:00Z', true],
  ['America/New_York', at('2015-04-02T03:59:59Z'), 'date=2015-04-01', true],
  ['America/New_York', at('2015-04-02T04:00:00Z'), 'date=2015-04-01', false],
  ['America/New_York', at('2015-04-01T00:00:00-04:00'), 'date=2015-04', true],
  ['America/New_York', at('2015-04-01T14:00:00Z'), 'date=2015-04-01T10:00', true],
  ['America/New_York', at('2015-04-01T14:00:00Z'), 'date=ge2015-04-01T10:00', true],
  ['America/New_York', at('2015-04-01T13:59:59Z'), 'date=ge2015-04-01T10:00', false],
  ['America/New_York', at('2015-04-01T14:00:00Z'), 'date=ge2015-04-01T14:00:00Z', true],
  ['America/New_York', at('2015-03-09T03:59:59Z'), 'date=2015-03-08', true],
  ['America/New_York', at('2015-03-09T04:00:00Z'), 'date=2015-03-08', false],
  ['America/New_York', at('2015-11-02T04:59:59Z'), 'date=2015-11-01', true],
  ['America/New_York', at('2015-11-01T06:30:00Z'), 'date=2015-11-01T01:59', true],
  ['America/New_York', at('2015-11-01T05:30:00Z'), 'date=2015-11-01T01:30', true],
  ['+02:00', at('2015-03-31T22:00:00Z'), 'date=2015-04-01', true],
  ['+02:00', at('2015-03-31T21:59:59Z'), 'date=2015-04-01', false],
  ['America/New_York', extended, 'death-date=eb2015-04-02T04:00Z&death-date=sa2015-04-01T03:59Z', true],
  ['America/New_York', period, 'date=sa2015-04-01T03:59Z&date=eb2015-04-03T04:00Z', true],
  ['America/New_York', period, 'date=sa2015-04-01T04:00Z', false],
  ['America/New_York', timing, 'date=sa2015-04-01T03:59Z&date=eb2015-04-06T04:00Z', true],
  ['America/New_York', timing, 'date=sa2015-04-01T04:00Z', false],
  ['America/New_York', DAY, '_filter=birthdate co 2015-04-01T00:00', true],
  ['America/New_York', weighed, '_filter=date po 2015-04-01', true],
  ['America/New_York', weighed, '_filter=date po 2015-04-02', false],
  ['America/New_York', weighed, '_filter=date ge 2015-04-02', false],
  ['Pacific/Apia', { resourceType: 'Patient', birthDate: '2011-12-30' }, 'birthdate=2011-12-30', true],
  ['Pacific/Apia', { resourceType: 'Patient', birthDate: '2011-12-30' }, 'birthdate=2011-12', true],
  ['Pacific/Apia', { resourceType: 'Patient', birthDate: '2011-12-30' }, 'birthdate=gt2011-12-29', true],
  ['Pacific/Apia', { resourceType: 'Patient', birthDate: '2011-12-30' }, 'birthdate=2011-12-29', false],
  ['America/New_York', DAY, 'birthdate=2015-02-29', 400],
]

for (const [zone, resource, query, found] of ROWS) {
  t.test(`R4 search 3.1.1.4.7 no zone is the zone of the server: ${zone}: ${query}`, async (t) =>
    t.equal(finds(resource, query, zoneOf(zone)), found),
  )
}

t.test('the store finds the same, chains and composites too', async (t) => {
  const world = await openWorld(
    t,
    [
      { ...DAY, id: 'p' },
      { ...weighed, id: 'o', subject: { reference: 'Patient/p' } },
      { ...at('2015-04-02T05:00:00Z'), id: 'later' },
      { resourceType: 'Observation', id: 'dated', code: weighed.code, valueDateTime: '2015-04-01' },
    ],
    zoneOf('America/New_York'),
  )
  t.strictSame(await world.found('Observation', 'date=2015-04-01'), ['o'])
  t.strictSame(await world.found('Observation', 'date=2015-04-02'), ['later'])
  t.strictSame(await world.found('Observation', 'subject.birthdate=eb2015-04-02T04:00Z'), ['o'])
  t.strictSame(await world.found('Patient', '_has:Observation:subject:date=2015-04-01'), ['p'])
  t.strictSame(await world.found('Observation', 'code-value-date=http://l|1$eb2015-04-02T04:00Z'), ['dated'])
  t.strictSame(await world.found('Observation', 'code-value-date=http://l|1$eb2015-04-02T03:59Z'), [])
  t.strictSame(await world.found('Observation', 'code-value-date=http://l|1$2015-04-01'), ['dated'])
  t.strictSame(await world.found('Patient', '_has:Observation:subject:date=2015-04-02'), [])
})
