import { importJWK } from 'jose'
import { OPEN } from '../../auth/access.ts'
import { signingKeys } from '../../auth/smart/keys.ts'
import { askWith } from './asking.ts'
import { BASE, type Json, type TestServer } from './server.ts'
import { claimsOf, signed } from './tokens.ts'

export const ISSUER = BASE.replace(/\/fhir$/, '/oauth')
const SENSITIVITY = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'

export type Headers = Record<string, string>

/** The header of a user that the built-in server has signed in. */
export async function bearer({ services }: TestServer, claims: Json = {}): Promise<Headers> {
  const [jwk] = await signingKeys(services.store)
  const key = { kid: jwk!.kid, alg: jwk!.alg, jwk: jwk!, privateKey: (await importJWK(jwk!, jwk!.alg)) as CryptoKey }
  const user = {
    iss: ISSUER,
    sub: 'doctor',
    fhirUser: 'Practitioner/doc',
    chartroom_role: 'physician',
    scope: 'user/*.cruds',
  }
  return { authorization: `Bearer ${await signed(key, claimsOf(BASE, { ...user, ...claims }))}` }
}

/** Patient `shut` has opted out; one of the two Observations has a label that physicians are not cleared for. */
export async function hospital(server: TestServer): Promise<void> {
  const subject = { reference: 'Patient/shut' }
  const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject }
  const all: Json[] = [
    { resourceType: 'Patient', id: 'shut' },
    { resourceType: 'Patient', id: 'other' },
    { ...observation, id: 'plain' },
    { ...observation, id: 'labelled', meta: { security: [{ system: SENSITIVITY, code: 'PSYTHPN' }] } },
    {
      resourceType: 'Consent',
      id: 'no',
      status: 'active',
      scope: { coding: [{ code: 'patient-privacy' }] },
      category: [{ text: 'privacy' }],
      patient: subject,
      policyRule: { text: 'privacy' },
      provision: { type: 'deny' },
    },
    {
      ...observation,
      id: 'of-other',
      subject: { reference: 'Patient/other' },
      meta: { security: [{ system: SENSITIVITY, code: 'PSYTHPN' }] },
    },
  ]
  for (const one of all) {
    const { ended } = await askWith(OPEN, server, 'PUT', `${one.resourceType}/${one.id}`, one)
    if (ended !== 'created') throw new Error(`${one.id}: ${ended}`)
  }
}
