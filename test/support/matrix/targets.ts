import { externalEntry } from '../../../auth/audit/external.ts'
import { indexEntries } from '../../../search/index-entries.ts'
import type { Json, TestServer } from '../server.ts'

/** Whose a resource is. */
export type Whose = 'own' | 'other'

const BELONGS = {
  own: { patient: 'p1', insurer: 'payer', owner: 'me' },
  other: { patient: 'p2', insurer: 'rival', owner: 'you' },
}

/** The id of a type's resource that is one's own, or another's. */
export function idOf(type: string, whose: Whose): string {
  return type === 'Patient' ? BELONGS[whose].patient : whose
}

/** A resource of a type, without its id. */
export function bodyOf(type: string, whose: Whose): Json {
  const { patient, insurer, owner } = BELONGS[whose]
  const subject = { reference: `Patient/${patient}` }
  const coding = (system: string, code: string) => ({ coding: [{ system, code }] })
  const bodies: Record<string, Json> = {
    Patient: { gender: 'female' },
    Observation: { status: 'final', code: { text: 'weight' }, subject },
    Condition: { subject, code: { text: 'gout' } },
    Claim: {
      status: 'active',
      type: { text: 'institutional' },
      use: 'claim',
      patient: subject,
      created: '2024-01-01',
      insurer: { reference: `Organization/${insurer}` },
      provider: { reference: 'Organization/own' },
      priority: { text: 'normal' },
      insurance: [{ sequence: 1, focal: true, coverage: { display: 'none' } }],
    },
    DocumentReference: { status: 'current', subject, content: [{ attachment: { url: `Binary/${whose}` } }] },
    Binary: { contentType: 'text/plain', data: 'aGk=' },
    Group: { type: 'person', actual: true, member: [{ entity: subject }] },
    Organization: { name: whose },
    SearchParameter: {
      url: `http://example.org/${whose}`,
      name: whose,
      status: 'draft',
      description: 'For a test.',
      code: `test-${whose}`,
      base: ['Patient'],
      type: 'token',
      expression: 'Patient.active',
    },
    Library: { status: 'draft', type: coding('http://terminology.hl7.org/CodeSystem/library-type', 'logic-library') },
    AuditEvent: {
      type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
      recorded: '2024-01-01T00:00:00Z',
      agent: [{ requestor: true, who: subject }],
      source: { observer: { display: 'this' } },
    },
    Task: { status: 'requested', intent: 'order', for: subject, owner: { reference: `Practitioner/${owner}` } },
    Consent: {
      status: 'draft',
      scope: coding('http://terminology.hl7.org/CodeSystem/consentscope', 'research'),
      category: [coding('http://loinc.org', '59284-0')],
      patient: subject,
      policyRule: { text: 'none' },
    },
  }
  return { resourceType: type, ...bodies[type] }
}

/** Puts a resource where it is expected, whatever was done to it. */
export async function place(open: TestServer, type: string, whose: Whose): Promise<void> {
  const id = idOf(type, whose)
  if (type === 'AuditEvent') {
    await append(open, { ...bodyOf(type, whose), id })
    return
  }
  const { status, text } = await open.put(`${type}/${id}`, { ...bodyOf(type, whose), id })
  if (status !== 200 && status !== 201) throw new Error(`${type}/${id}: ${status} ${text}`)
}

/** Into the log, under an id that is known before. */
async function append({ services }: TestServer, event: Json): Promise<void> {
  const { baseUrl, parameters } = services
  const entries = indexEntries('AuditEvent', event, baseUrl, parameters)
  const entry = externalEntry({ id: event.id, event, entries }, Date.now())
  await services.store.commit({ changes: [], guards: [], audit: [entry] })
}
