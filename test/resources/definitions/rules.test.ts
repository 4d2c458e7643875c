import t from 'tap'
import { membersOf, typeNames } from '../../../resources/definitions/definitions.ts'
import { elementRules, rulesOf } from '../../../resources/definitions/rules.ts'

t.test('bindings of all strengths', async (t) => {
  t.strictSame(elementRules('Observation', 'code')?.binding, {
    strength: 'example',
    valueSet: 'http://hl7.org/fhir/ValueSet/observation-codes',
  })
  t.match(elementRules('Patient', 'language')?.binding, {
    strength: 'preferred',
    maxValueSet: 'http://hl7.org/fhir/ValueSet/all-languages',
  })
  t.match(elementRules('Money', 'currency')?.binding, { strength: 'required' })
  t.match(elementRules('Duration', '')?.binding, { strength: 'extensible' }, 'of a type itself')
  t.match(elementRules('Signature', 'type')?.binding, { strength: 'preferred' })
})

t.test('profiles of values and of references', async (t) => {
  t.strictSame(elementRules('Dosage.doseAndRate', 'dose[x]')?.profiles, [
    'http://hl7.org/fhir/StructureDefinition/SimpleQuantity',
  ])
  t.match(elementRules('PlanDefinition', 'library')?.targetProfiles, [
    'http://hl7.org/fhir/StructureDefinition/Library',
  ])
})

t.test('elements of rules are elements of their types', async (t) => {
  for (const type of typeNames()) {
    const names = new Set([...membersOf(type).values()].map(({ name }) => name))
    for (const name of Object.keys(rulesOf(type)).filter((element) => element !== ''))
      t.ok(names.has(name), `${type}.${name}`)
  }
})

t.test('names of the language are no types', async (t) => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    t.strictSame(rulesOf(name), {})
    t.equal(elementRules('Patient', name), undefined)
  }
})
