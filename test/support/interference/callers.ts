import type { Policy } from '../../../auth/policy/policy.ts'
import { accessFor, identityWith } from '../access.ts'
import type { Resource } from '../oracle/world.ts'
import type { Caller } from './caller.ts'
import { hasCode, isOfPatient, refersTo, withholding } from './sight.ts'

/** Types that belong to nobody, for who is kept to a patient. */
const SHARED = ['Practitioner', 'Organization', 'Location', 'ValueSet', 'CodeSystem', 'Questionnaire']

const CLINICAL = [
  ...['Patient', 'Observation', 'Condition', 'Encounter', 'RiskAssessment', 'QuestionnaireResponse', 'List', 'Group'],
  ...SHARED,
]

const policies = (policy: Policy) => ({ policies: { find: async () => policy } })

/** A policy of one rule for each list of types. */
function policyOf(rules: Policy['rules']): Policy {
  return {
    name: 'tester',
    version: '1',
    title: 'Tester',
    description: 'Made for a test.',
    rules,
    labels: { see: 'all', write: [] },
    operations: [],
    breakTheGlass: false,
    purposes: [],
  }
}

const patientApp: Caller = {
  name: 'an app for a patient',
  types: [...CLINICAL, 'DocumentReference', 'Communication', 'Provenance', 'AuditEvent', 'Coverage'],
  access: () => accessFor(identityWith(['patient/*.cruds'], { patient: '1' })),
  sees: (resource) => isOfPatient(resource, '1') || SHARED.includes(resource.resourceType),
}

const searcherOnly: Caller = {
  name: 'an app for a patient that may search and write, and not read',
  types: CLINICAL,
  access: () => accessFor(identityWith(['patient/*.cuds'], { patient: '1' })),
  sees: patientApp.sees,
}

const granular: Caller = {
  name: 'an app with criteria in its scopes',
  types: CLINICAL,
  access: () =>
    accessFor(
      identityWith([
        'user/Patient.cruds?gender=male',
        'user/Observation.cruds?status=final',
        'user/Observation.rs?code=http://x|b',
        'system/Condition.rs?code=http://x|a',
        'user/Encounter.rus?status=finished',
        'user/List.r',
        'user/Organization.s',
        'user/Practitioner.c',
      ]),
    ),
  sees: (resource) => {
    switch (resource.resourceType) {
      case 'Patient':
        return resource.gender === 'male'
      case 'Observation':
        return resource.status === 'final' || hasCode(resource.code, 'http://x', 'b')
      case 'Condition':
        return hasCode(resource.code, 'http://x', 'a')
      case 'Encounter':
        return resource.status === 'finished'
      default:
        return ['List', 'Organization'].includes(resource.resourceType)
    }
  },
}

const isInsured = (resource: Resource) =>
  ({
    Claim: refersTo(resource, ['insurer'], 'Organization/1'),
    ExplanationOfBenefit: refersTo(resource, ['insurer'], 'Organization/1'),
    Coverage: refersTo(resource, ['payor'], 'Organization/1'),
  })[resource.resourceType] ?? false

const insurer: Caller = {
  name: 'an insurer',
  types: [
    'Patient',
    'Claim',
    'Coverage',
    'ExplanationOfBenefit',
    'Organization',
    'Practitioner',
    'Observation',
    'Group',
  ],
  access: () => accessFor(identityWith(['user/*.cruds'], { role: 'insurer', organization: '1' })),
  sees: (resource, current) => {
    const { resourceType, id } = resource
    if (resourceType !== 'Patient')
      return isInsured(resource) || ['Organization', 'Practitioner'].includes(resourceType)
    return current.some((one) => isInsured(one) && refersTo(one, ['patient', 'beneficiary'], `Patient/${id}`))
  },
  ...withholding({ Patient: [/^generalPractitioner$/, /^link$/, /^text$/] }),
}

/** Codes that need a clearance, in the place of one that does not. */
const HIV = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' }
type Meta = { security?: { system?: string; code: string }[] } | undefined
const ofTester = [
  'Patient',
  'Observation',
  'Condition',
  'Encounter',
  'Organization',
  'List',
  'Practitioner',
  'Location',
]

const uncleared: Caller = {
  name: 'a user without a clearance for labels',
  types: CLINICAL,
  access: () =>
    accessFor(
      identityWith(['user/*.cruds'], { role: 'tester' }),
      policies({ ...policyOf([{ types: ofTester, interactions: 'cruds' }]), labels: { see: [], write: [] } }),
    ),
  prepare: (resource) => {
    const security = (resource.meta as Meta)?.security?.map((one) => (one.code === 'a' ? HIV : one))
    return security ? { ...resource, meta: { ...(resource.meta as object), security } } : resource
  },
  sees: ({ resourceType, meta }) =>
    ofTester.includes(resourceType) && !(meta as Meta)?.security?.some(({ code }) => code === 'HIV'),
}

const denial = (id: string, patient: string, provision: object): Resource => ({
  resourceType: 'Consent',
  id,
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${patient}` },
  policyRule: { text: 'privacy' },
  provision,
})

const denied: Caller = {
  name: 'a user whom patients have denied',
  types: CLINICAL,
  access: ({ consents }) => {
    const { patient: _, ...user } = identityWith(['user/*.cruds'])
    return accessFor(user, { consents })
  },
  besides: [
    denial('all', '1', { type: 'deny' }),
    denial('some', '2', {
      type: 'deny',
      class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Observation' }],
    }),
  ],
  sees: (resource) => {
    const { resourceType } = resource
    if (isOfPatient(resource, '1')) return false
    return resourceType !== 'Observation' || !isOfPatient(resource, '2')
  },
}

/** The log, which is there to tell an auditor also of what is hidden from him, is no part of it. */
const auditor: Caller = {
  name: 'an auditor',
  types: ['Provenance', 'Patient', 'Observation', 'Practitioner', 'Organization', 'Claim'],
  access: () => accessFor(identityWith(['user/*.cruds', 'user/AuditEvent.rs'], { role: 'auditor' })),
  sees: ({ resourceType }) => ['Provenance', 'Practitioner', 'Organization'].includes(resourceType),
}

const reader: Caller = {
  name: 'a reader from whom elements are withheld',
  types: CLINICAL,
  access: () =>
    accessFor(
      identityWith(['user/*.cruds'], { role: 'tester' }),
      policies(
        policyOf([
          {
            types: ['Patient'],
            interactions: 'cruds',
            hidden: ['name', 'birthDate', 'identifier', 'generalPractitioner'],
          },
          { types: ['Observation'], interactions: 'rs', hidden: ['value', 'component', 'performer'] },
          {
            types: ['Condition', 'Encounter', 'Organization', 'Practitioner', 'Location', 'List'],
            interactions: 'cruds',
          },
        ]),
      ),
    ),
  sees: ({ resourceType }) =>
    ['Patient', 'Observation', 'Condition', 'Encounter', 'Organization', 'Practitioner', 'Location', 'List'].includes(
      resourceType,
    ),
  ...withholding({
    Patient: [/^name$/, /^birthDate$/, /^identifier$/, /^generalPractitioner$/, /^text$/],
    Observation: [/^value[A-Z]/, /^component$/, /^performer$/, /^text$/],
  }),
}

/** Whoever tries to learn what is hidden: kept to it by scopes, or by what patients have said. */
export const OF_TOKENS: readonly Caller[] = [patientApp, searcherOnly, granular, denied]

/** The same by policies. */
export const OF_ROLES: readonly Caller[] = [insurer, auditor, reader, uncleared]
