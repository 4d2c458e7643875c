import type { DeedPart, RecordedDeed } from './deed.ts'
import type { Manner } from './event-codes.ts'
import type { Coding, EventEntity } from './event-shape.ts'

const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type'
const OBJECT_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role'

const PERSON: Coding = { system: ENTITY_TYPE, code: '1', display: 'Person' }
const OBJECT: Coding = { system: ENTITY_TYPE, code: '2', display: 'System Object' }
const OTHER: Coding = { system: ENTITY_TYPE, code: '4', display: 'Other' }
const PATIENT: Coding = { system: OBJECT_ROLE, code: '1', display: 'Patient' }
const RESOURCE: Coding = { system: OBJECT_ROLE, code: '4', display: 'Domain Resource' }
const QUERY: Coding = { system: OBJECT_ROLE, code: '24', display: 'Query' }
const CONSENT: Coding = { system: 'http://hl7.org/fhir/resource-types', code: 'Consent', display: 'Consent' }
const REQUEST_ID: Coding = {
  system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
  code: 'XrequestId',
}

/** A resource, with its version where that is known. */
export function dataEntity({ type, id, version }: DeedPart): EventEntity {
  const reference = `${type}/${id}${version === undefined ? '' : `/_history/${version}`}`
  return { what: { reference }, type: OBJECT, role: RESOURCE }
}

/** Whom an event is about. */
export function patientEntity(id: string): EventEntity {
  return { what: { reference: `Patient/${id}` }, type: PERSON, role: PATIENT }
}

/**
 * What was asked, in base64 of UTF-8; nothing where nothing was. BALP has it as a system object in what is a query, and one
 * such object, which is the resource, in all else.
 */
export function queryEntity({ query = '' }: RecordedDeed, manner: Manner): EventEntity[] {
  const type = manner === 'Query' ? OBJECT : OTHER
  return query === '' ? [] : [{ type, role: QUERY, query: Buffer.from(query).toString('base64') }]
}

/** The request, as BALP names it, and the Consents that had a say. */
export function furtherEntities({ request, decidedBy = [] }: RecordedDeed): EventEntity[] {
  const consents = decidedBy.filter((name) => /^Consent\/\S+$/.test(name))
  return [
    ...(request ? [{ what: { identifier: { value: request } }, type: REQUEST_ID }] : []),
    ...consents.map((reference) => ({ what: { reference }, type: CONSENT })),
  ]
}
