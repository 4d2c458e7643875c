import type { Patient, Practitioner } from '@medplum/fhirtypes'
import t from 'tap'
import { dayOf, isBetween } from '../../../../him/privacy/screen/clock.ts'
import { isSamePerson, personFacts } from '../../../../him/privacy/screen/person.ts'
import type { Pair } from '../../../../him/privacy/screen/rule.ts'
import { neighbour } from '../../../../him/privacy/screen/rules/neighbour.ts'
import { sameAddress } from '../../../../him/privacy/screen/rules/same-address.ts'
import { rulesFault, SHIPPED_RULES } from '../../../../him/privacy/screen/rules.ts'
import { zoneOf } from '../../../../resources/zone.ts'

const patient = (more: Partial<Patient>) => personFacts({ resourceType: 'Patient', ...more })
const user = (more: Partial<Practitioner>) => personFacts({ resourceType: 'Practitioner', ...more })
const home = (line: string, more = {}) => ({ address: [{ line: [line], postalCode: '80401', ...more }] })

const pairOf = (one: Partial<Practitioner>, other: Partial<Patient>) =>
  ({
    user: { ...user(one), id: 'u', organizations: [] },
    who: { ...patient(other), id: 'p', labels: [], practitioners: [] },
  }) as unknown as Pair

t.test('a person is known by an identifier, or by name and date of birth, however they are written', async (t) => {
  const name = [{ family: 'Müller', given: ['Eva', 'Maria'] }]
  t.ok(
    isSamePerson(
      patient({ name, birthDate: '1980-01-02' }),
      user({ name: [{ family: 'MULLER', given: ['eva'] }], birthDate: '1980-01-02' }),
    ),
  )
  t.notOk(isSamePerson(patient({ name, birthDate: '1980-01-02' }), user({ name, birthDate: '1980-01-03' })))
  t.notOk(isSamePerson(patient({ name }), user({ name })), 'a name alone is no person')
  const identifier = [{ system: 'urn:ssn', value: '1' }]
  t.ok(isSamePerson(patient({ identifier }), user({ identifier })))
  t.notOk(isSamePerson(patient({ identifier: [{ value: '1' }] }), user({ identifier: [{ value: '1' }] })), 'of whom?')
  t.notOk(isSamePerson(patient({}), user({})), 'nothing is not the same')
})

t.test('the same home or phone, and next door', async (t) => {
  const same = (one: Partial<Practitioner>, other: Partial<Patient>) =>
    sameAddress.test(pairOf(one, other), { sittings: 1 }, undefined as never)
  const near = (one: Partial<Practitioner>, other: Partial<Patient>) =>
    neighbour.test(pairOf(one, other), { sittings: 1, houses: 4 }, undefined as never)
  t.ok(same(home('12 Elm Street'), home('12  elm street.')))
  t.notOk(same(home('12 Elm Street'), home('12 Elm Street', { postalCode: '80402' })))
  t.notOk(same(home('12 Elm Street', { use: 'work' }), home('12 Elm Street', { use: 'work' })), 'where somebody works')
  t.notOk(
    same({ address: [{ line: ['12 Elm Street'] }] }, { address: [{ line: ['12 Elm Street'] }] }),
    'in which town?',
  )
  const phone = (value: string, more = {}) => ({ telecom: [{ system: 'phone' as const, value, ...more }] })
  t.ok(same(phone('+1 (555) 201-3344'), phone('555-201-3344')))
  t.notOk(same(phone('555-201-3344', { use: 'work' }), phone('555-201-3344')))
  t.notOk(same(phone('911'), phone('911')))
  t.ok(near(home('12 Elm Street'), home('16 Elm Street')))
  t.notOk(near(home('12 Elm Street'), home('17 Elm Street')))
  t.notOk(near(home('12 Elm Street'), home('12 Elm Street')), 'that is the same')
  t.notOk(near(home('Elm Street'), home('Elm Street 3')), 'without a number')
})

t.test('days and hours are by the clocks of the zone', async (t) => {
  const zone = zoneOf('America/New_York')!
  const day = dayOf(Date.parse('2026-03-08T12:00:00Z'), zone)
  t.strictSame([day.name, day.end - day.start], ['2026-03-08', 23 * 3_600_000], 'the day on which an hour is missing')
  t.equal(dayOf(Date.parse('2026-11-01T03:59:59Z'), zone).name, '2026-10-31')
  t.equal(dayOf(day.start, zone).name, '2026-03-08')
  t.equal(dayOf(day.end, zone).name, '2026-03-09')
  const plain = dayOf(Date.parse('2026-11-10T12:00:00Z'), zoneOf('UTC')!)
  const at = (hour: number) => isBetween(plain.start + hour * 3_600_000, plain, 22, 5)
  t.strictSame([22, 23.9, 0, 4.9, 5, 21.9].map(at), [true, true, true, true, false, false])
})

t.test('a document of rules is whole, or refused', async (t) => {
  t.equal(rulesFault(SHIPPED_RULES), undefined)
  const { 'own-record': own, ...others } = SHIPPED_RULES.rules
  const wrong: unknown[] = [
    {},
    null,
    { ...SHIPPED_RULES, rules: others },
    { ...SHIPPED_RULES, rules: { ...others, 'own-record': { ...own, thresholds: {} } } },
    { ...SHIPPED_RULES, rules: { ...others, 'own-record': { ...own, severity: 'fatal' } } },
    { ...SHIPPED_RULES, rules: { ...others, 'own-record': own, mine: own } },
    { ...SHIPPED_RULES, version: '' },
  ]
  for (const one of wrong) t.type(rulesFault(one), 'string', JSON.stringify(one)?.slice(0, 80))
})
