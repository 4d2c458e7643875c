import type { ConsentCaller } from '../../../auth/consent/actors.ts'
import type { Json } from '../../support/server.ts'
import type { Named } from '../../support/world.ts'

const SECURITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'
const SENSITIVITY = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const TYPES = 'http://hl7.org/fhir/resource-types'

/** Numbers from 0 up to 1 that are the same for the same seed. */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const oneOf = <T>(random: () => number, all: readonly T[]): T => all[Math.floor(random() * all.length)]!

const PATIENTS = ['a', 'b', 'c']
const CODES = ['x', 'y']

/** The records of three patients, of which some name two. */
export function resources(random: () => number): Named[] {
  const made: Named[] = PATIENTS.map((id) => ({ resourceType: 'Patient', id }))
  const makers = [observation, condition, document, claim, prescription]
  for (let at = 0; at < 60; at++) {
    const security = oneOf(random, [[], [], ['R'], ['V'], ['L'], ['HIV'], ['R', 'HIV']]).map((code) => ({
      system: code === 'HIV' ? SENSITIVITY : SECURITY,
      code,
    }))
    const own = oneOf(random, makers)(random)
    made.push({ id: `r${at}`, ...(security.length > 0 ? { meta: { security } } : {}), ...own })
  }
  return made
}

const patient = (random: () => number) => ({ reference: `Patient/${oneOf(random, PATIENTS)}` })
const concept = (random: () => number) => ({ coding: [{ system: 'http://s', code: oneOf(random, CODES) }] })
const day = (random: () => number) => oneOf(random, ['2020-01-05', '2021-06-01', '2022-12-31', undefined])

const observation = (random: () => number) => ({
  resourceType: 'Observation',
  code: concept(random),
  subject: patient(random),
  ...(random() < 0.2 ? { performer: [patient(random)] } : {}),
  effectiveDateTime: day(random),
})
const condition = (random: () => number) => ({
  resourceType: 'Condition',
  code: concept(random),
  subject: patient(random),
  onsetDateTime: day(random),
})
const document = (random: () => number) => ({
  resourceType: 'DocumentReference',
  type: concept(random),
  subject: patient(random),
})
const claim = (random: () => number) => ({ resourceType: 'Claim', patient: patient(random), created: '2021-06-01' })
const prescription = (random: () => number) => ({
  resourceType: 'MedicationRequest',
  medicationCodeableConcept: concept(random),
  subject: patient(random),
  authoredOn: day(random),
})

/** A Consent with rules of all shapes, nested or not. */
export function consent(random: () => number, id: string): Json {
  const policy = oneOf(random, [undefined, undefined, 'OPTOUT', 'OPTIN'])
  return {
    resourceType: 'Consent',
    id,
    status: random() < 0.85 ? 'active' : 'inactive',
    scope: { coding: [{ code: 'patient-privacy' }] },
    category: [{ text: 'privacy' }],
    ...(random() < 0.95 ? { patient: patient(random) } : {}),
    ...(policy ? { policyRule: { coding: [{ code: policy }] } } : {}),
    ...(random() < 0.9 ? { provision: provision(random, policy ? random() < 0.5 : true, 0) } : {}),
  }
}

function provision(random: () => number, typed: boolean, depth: number): Json {
  const some = <T>(part: number, make: () => T) => (random() < part ? make() : undefined)
  const nested = depth < 2 && random() < 0.5
  const made = {
    type: typed || random() < 0.7 ? oneOf(random, ['deny', 'deny', 'permit']) : undefined,
    period: some(0.15, () => oneOf(random, [{ start: '2020-01-01' }, { end: '2020-01-01' }, { start: '2099-01-01' }])),
    actor: some(0.3, () => [{ role: { text: 'who' }, reference: oneOf(random, ACTORS) }]),
    purpose: some(0.2, () => [{ code: oneOf(random, ['TREAT', 'HRESCH']) }]),
    class: some(0.3, () => [oneOf(random, CLASSES)]),
    code: some(0.2, () => [oneOf(random, [concept(random), concept(random), { text: 'words' }])]),
    securityLabel: some(0.2, () => oneOf(random, LABELS)),
    data: some(0.1, () => [
      { meaning: 'instance', reference: { reference: oneOf(random, ['Claim/r1', 'Patient/a']) } },
    ]),
    dataPeriod: some(0.15, () => oneOf(random, [{ start: '2021-01-01' }, { end: '2021-12-31' }])),
    provision: nested ? [provision(random, random() < 0.9, depth + 1), provision(random, true, depth + 2)] : undefined,
  }
  return Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined))
}

const ACTORS = ['Practitioner/p', 'Practitioner/q', 'Organization/o', 'Patient/b', 'Group/g', undefined].map(
  (reference) => (reference ? { reference } : { display: 'somebody' }),
)
const CLASSES = [
  { system: TYPES, code: 'Observation' },
  { system: TYPES, code: 'Claim' },
  { system: TYPES, code: 'Patient' },
  { system: 'urn:x', code: 'of another kind' },
]
const LABELS = [
  [{ system: SECURITY, code: 'R' }],
  [{ system: SECURITY, code: 'N' }],
  [{ system: SENSITIVITY, code: 'HIV' }],
  [
    { system: SECURITY, code: 'V' },
    { system: SENSITIVITY, code: 'HIV' },
  ],
]

const identity = { issuer: 'i', subject: 's', client: 'c', scopes: ['user/*.rs'], expires: 0 }

/** Callers of all kinds, by a name. */
export const CALLERS: Readonly<Record<string, ConsentCaller>> = {
  physician: {
    identity: { ...identity, fhirUser: { type: 'Practitioner', id: 'p' }, organization: 'o', role: 'physician' },
    purposes: ['TREAT'],
  },
  another: {
    identity: { ...identity, fhirUser: { type: 'Practitioner', id: 'q' }, organization: 'n', role: 'physician' },
    purposes: ['TREAT', 'HRESCH'],
  },
  'with a patient': {
    identity: { ...identity, fhirUser: { type: 'Practitioner', id: 'p' }, patient: 'a', role: 'physician' },
    purposes: [],
  },
  machine: { identity: { ...identity, scopes: ['system/*.rs'] }, purposes: ['HRESCH'] },
  unknown: { identity, purposes: [] },
  'own app': { identity: { ...identity, scopes: ['patient/*.rs'], patient: 'a' }, purposes: [] },
  'the patient': {
    identity: {
      ...identity,
      scopes: ['patient/*.rs'],
      patient: 'b',
      fhirUser: { type: 'Patient', id: 'b' },
      role: 'patient',
    },
    purposes: [],
  },
}
