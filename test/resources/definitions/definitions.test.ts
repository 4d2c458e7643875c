import t from 'tap'
import {
  codeLists,
  membersOf,
  ownSearchParameters,
  resourceTypes,
  searchParameterTables,
  storableTypes,
  typeTable,
} from '../../../resources/definitions/definitions.ts'

t.test('R4 as it is published', async (t) => {
  t.equal(resourceTypes.size, 146)
  t.equal(storableTypes.size, 145)
  t.notOk(storableTypes.has('Parameters'))
  t.notOk(resourceTypes.has('DomainResource'))
  t.equal(searchParameterTables.length - ownSearchParameters.length, 1381)
  t.strictSame(codeLists('http://hl7.org/fhir/ValueSet/administrative-gender'), [
    { system: 'http://hl7.org/fhir/administrative-gender', codes: ['male', 'female', 'other', 'unknown'] },
  ])
  t.equal(codeLists('http://hl7.org/fhir/ValueSet/mimetypes'), undefined, 'what cannot be listed is not')
})

t.test("the server's own search parameters take no url and no code of R4", async (t) => {
  t.ok(ownSearchParameters.length > 0)
  for (const own of ownSearchParameters) {
    const official = searchParameterTables.filter((table) => !ownSearchParameters.includes(table))
    t.notOk(
      official.some(({ url }) => url === own.url),
      own.url,
    )
    for (const base of own.base) {
      t.ok(storableTypes.has(base), base)
      const isTaken = official.some((table) => table.code === own.code && table.base.includes(base))
      t.notOk(isTaken, `${base}.${own.code}`)
    }
  }
})

t.test('elements of a type', async (t) => {
  const patient = membersOf('Patient')
  t.match(patient.get('contact'), { type: 'Patient.contact', primitive: false, element: { max: -1 } })
  t.match(patient.get('deceasedBoolean'), { name: 'deceased[x]', type: 'boolean', primitive: true })
  t.match(patient.get('gender'), { element: { binding: 'http://hl7.org/fhir/ValueSet/administrative-gender' } })
  t.match(patient.get('id'), { type: 'string' })
  t.match(membersOf('Questionnaire.item').get('item'), { type: 'Questionnaire.item' }, 'content references')
  t.match(membersOf('Observation').get('subject')?.element.targets, ['Patient', 'Group', 'Device', 'Location'])
  t.equal(membersOf('Extension').size, 53)
  t.throws(() => membersOf('Shoe'), /no such type/)
})

t.test('names of the language are no types', async (t) => {
  for (const name of ['__proto__', 'constructor', 'toString', '']) {
    t.equal(typeTable(name), undefined)
    t.equal(codeLists(name), undefined)
    t.notOk(resourceTypes.has(name))
  }
})
