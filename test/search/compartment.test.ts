import t from 'tap'
import { compartmentTables, storableTypes } from '../../resources/definitions/definitions.ts'
import { inCompartment, typesOfCompartment } from '../../search/compartment.ts'
import type { Expression } from '../../search/expression.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { matches } from '../../search/matches.ts'
import { parametersOf } from '../../search/parameters.ts'

const BASE = 'http://127.0.0.1:8080/fhir'
const refersTo = (param: string, type: string, id: string) => ({ kind: 'reference', param, targets: [{ type, id }] })

t.test('the five compartments of R4', async (t) => {
  t.strictSame([...compartmentTables.keys()].sort(), [
    'Device',
    'Encounter',
    'Patient',
    'Practitioner',
    'RelatedPerson',
  ])
  const sizes = Object.fromEntries([...compartmentTables.keys()].map((type) => [type, typesOfCompartment(type).length]))
  t.strictSame(sizes, { Device: 33, Encounter: 25, Patient: 66, Practitioner: 59, RelatedPerson: 32 })
  t.strictSame(typesOfCompartment('Organization'), [])
})

t.test('each parameter that a definition names is a reference parameter of the type', async (t) => {
  for (const [type, table] of compartmentTables) {
    for (const [member, params] of Object.entries(table)) {
      t.ok(storableTypes.has(member), member)
      for (const param of params.filter((name) => name !== '{def}')) {
        const { type: searchType, targets = [] } = parametersOf(member).get(param) ?? {}
        t.equal(searchType, 'reference', `${type}: ${member}.${param}`)
        t.ok(targets.length === 0 || targets.includes(type), `${type}: ${member}.${param} leads there`)
      }
    }
  }
})

t.test('one parameter, several, the resource itself, never', async (t) => {
  const patient = { type: 'Patient', id: '1' }
  t.match(inCompartment(patient, 'Goal'), refersTo('patient', 'Patient', '1'))
  t.match(inCompartment(patient, 'Condition'), {
    kind: 'or',
    parts: [refersTo('patient', 'Patient', '1'), refersTo('asserter', 'Patient', '1')],
  })
  t.match(inCompartment(patient, 'Patient'), {
    kind: 'or',
    parts: [{ kind: 'id', ids: ['1'] }, refersTo('link', 'Patient', '1')],
  })
  t.strictSame(inCompartment({ type: 'Encounter', id: 'e' }, 'Encounter'), { kind: 'id', ids: ['e'] })
  t.strictSame(inCompartment({ type: 'Device', id: 'd' }, 'Device'), { kind: 'id', ids: ['d'] })
  t.equal(inCompartment(patient, 'Medication'), undefined)
  t.equal(inCompartment({ type: 'Organization', id: '1' }, 'Condition'), undefined)
  for (const name of ['__proto__', 'constructor', 'toString']) {
    t.equal(inCompartment(patient, name), undefined, name)
    t.equal(inCompartment({ type: name, id: '1' }, 'Condition'), undefined, name)
  }
})

t.test('what it means for a resource', async (t) => {
  const isIn = (resource: { resourceType: string; id: string }, where: Expression | undefined) =>
    matches(where!, { id: resource.id, lastUpdated: 0, entries: indexEntries(resource.resourceType, resource, BASE) })
  const condition = (more: object) => ({ resourceType: 'Condition', id: 'c', ...more })
  const where = inCompartment({ type: 'Patient', id: '1' }, 'Condition')
  t.equal(isIn(condition({ subject: { reference: 'Patient/1' } }), where), true)
  t.equal(isIn(condition({ subject: { reference: `${BASE}/Patient/1/_history/2` } }), where), true)
  t.equal(isIn(condition({ subject: { reference: 'Patient/2' }, asserter: { reference: 'Patient/1' } }), where), true)
  t.equal(isIn(condition({ subject: { reference: 'Group/1' } }), where), false)
  t.equal(isIn(condition({ subject: { reference: 'http://elsewhere.org/Patient/1' } }), where), false)
})
