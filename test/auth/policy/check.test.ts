import t from 'tap'
import { formFault, policyFault } from '../../../auth/policy/check.ts'
import type { Policy } from '../../../auth/policy/policy.ts'
import { SHIPPED } from '../../../auth/policy/shipped.ts'
import { namesOf, TYPE_GROUPS } from '../../../auth/policy/type-groups.ts'
import { storableTypes } from '../../../resources/definitions/definitions.ts'
import { SOURCES } from '../../support/access.ts'

const SMALL: Policy = {
  name: 'reader',
  version: '1',
  title: 'Reader',
  description: 'Reads.',
  rules: [{ types: ['Patient'], interactions: 'rs' }],
  labels: { see: [], write: [] },
  operations: [],
  breakTheGlass: false,
  purposes: ['TREAT'],
}
const withRule = (rule: object) => ({ ...SMALL, rules: [{ types: ['Patient'], interactions: 'rs', ...rule }] })

t.test('the shipped policies are in order, and each type is in one group', async (t) => {
  t.strictSame([...SHIPPED.keys()].sort(), [
    'administrator',
    'auditor',
    'biller',
    'coder',
    'insurer',
    'patient',
    'physician',
    'privacy-officer',
    'registrar',
    'technician',
  ])
  for (const policy of SHIPPED.values()) t.equal(await policyFault(policy, SOURCES), undefined, policy.name)
  const grouped = [...TYPE_GROUPS.values()].flat()
  t.strictSame([...grouped].sort(), [...storableTypes].sort())
  t.strictSame(namesOf('Claim'), ['Claim', '@financial', '*'])
})

t.test('a policy that is in order', async (t) => {
  t.equal(await policyFault(SMALL, SOURCES), undefined)
  const rule = { where: ['_id={patient}', 'general-practitioner={fhirUser}'], hidden: ['contact.name', 'deceased'] }
  t.equal(await policyFault(withRule(rule), SOURCES), undefined)
  t.equal(await policyFault({ ...SMALL, rules: [] }, SOURCES), undefined)
  const all = { types: ['*'], where: ['_lastUpdated=gt2020'], hidden: ['text'] }
  t.equal(await policyFault(withRule(all), SOURCES), undefined)
})

t.test('what is wrong with one is said', async (t) => {
  const wrong: [unknown, RegExp][] = [
    [undefined, /object/],
    [[], /object/],
    ['reader', /object/],
    [{}, /name/],
    [{ ...SMALL, name: 'Reader' }, /name/],
    [{ ...SMALL, name: 'a@1' }, /name/],
    [{ ...SMALL, extra: 1 }, /additional/],
    [{ ...SMALL, breakTheGlass: 'yes' }, /boolean/],
    [{ ...SMALL, labels: { see: ['R'], write: [] } }, /labels/],
    [{ ...SMALL, labels: { see: 'some', write: [] } }, /labels/],
    [{ ...SMALL, operations: ['$reindex'] }, /operations/],
    [withRule({ types: [] }), /types/],
    [withRule({ types: ['Patients'] }), /Patients/],
    [withRule({ types: ['Parameters'] }), /Parameters/],
    [withRule({ types: ['@nothing'] }), /@nothing/],
    [withRule({ types: ['constructor'] }), /types/],
    [withRule({ interactions: '' }), /interactions/],
    [withRule({ interactions: 'sr' }), /interactions/],
    [withRule({ compartment: 'encounter' }), /compartment/],
    [withRule({ hidden: ['shoeSize'] }), /shoeSize/],
    [withRule({ hidden: ['contact.shoe'] }), /contact\.shoe/],
    [withRule({ hidden: ['constructor'] }), /constructor/],
    [withRule({ writable: ['valueQuantity'] }), /valueQuantity/],
    [withRule({ where: [] }), /where/],
    [withRule({ where: ['name'] }), /name/],
    [withRule({ where: ['name='] }), /does not know/],
    [withRule({ where: ['colour=red'] }), /colour/],
    [withRule({ where: ['name=a&colour=red'] }), /colour/],
    [withRule({ where: ['birthdate=soon'] }), /soon/],
    [withRule({ where: ['name=%ff'] }), /%ff/],
    [withRule({ where: ['_id={user}'] }), /\{user\}/],
    [withRule({ where: ['_id={__proto__}'] }), /__proto__/],
    [withRule({ types: ['Patient', 'Claim'], where: ['insurer=Organization/1'] }), /Patient does not know/],
    [{ ...SMALL, rules: Array.from({ length: 201 }, () => SMALL.rules[0]) }, /rules/],
  ]
  for (const [policy, words] of wrong) {
    t.match(await policyFault(policy, SOURCES), words, JSON.stringify(policy)?.slice(0, 200) ?? 'undefined')
  }
  t.match(formFault({ ...SMALL, version: '' }), /version/)
})
