import type { TestServer } from './server.ts'

const ref = (reference: string) => ({ reference })

/** An Observation of a patient. */
export const observation = (id: string, patient: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: ref(`Patient/${patient}`),
  ...more,
})

/** A Condition of a patient, with a code. */
export const condition = (id: string, patient: string, code: string) => ({
  resourceType: 'Condition',
  id,
  subject: ref(`Patient/${patient}`),
  code: { coding: [{ system: 'http://snomed.info/sct', code }] },
})

/** A Patient. */
export const patient = (id: string, more: object = {}) => ({ resourceType: 'Patient', id, ...more })

/** The same kinds of resources of the patients `a` and `b`, who share a practitioner. */
export async function writeTwoPatients(server: TestServer): Promise<void> {
  await server.put('Practitioner/gp', { resourceType: 'Practitioner', id: 'gp', name: [{ family: 'Shared' }] })
  for (const [id, family] of [
    ['a', 'Adler'],
    ['b', 'Berg'],
  ] as const) {
    const more = { name: [{ family }], birthDate: '1970-01-01', generalPractitioner: [ref('Practitioner/gp')] }
    await server.put(`Patient/${id}`, patient(id, more))
    await server.put(`Observation/o${id}`, observation(`o${id}`, id, { performer: [ref('Practitioner/gp')] }))
    await server.put(`Condition/c${id}`, condition(`c${id}`, id, id === 'a' ? '38341003' : '86406008'))
  }
}
