import { createHash } from 'node:crypto'
import { encodeDeed } from '../../auth/audit/codec.ts'
import type { Deed } from '../../auth/audit/deed.ts'
import type { AuditEntry } from '../../resources/store/audit.ts'

/** What a hospital has: events spread over so many patients and users. */
const PATIENTS = 10_000
const USERS = 400

/** The entry of a read of some patient's resource, `at` being its number. */
export function readEntry(at: number, clock: number): AuditEntry {
  const digest = createHash('md5').update(String(at)).digest('hex')
  const patient = `pat-${Number.parseInt(digest.slice(0, 8), 16) % PATIENTS}`
  const user = Number.parseInt(digest.slice(8, 14), 16) % USERS
  const deed: Deed = {
    at: clock - 3,
    kind: 'rest',
    code: 'read',
    action: 'R',
    outcome: '0',
    agent: { user: `Practitioner/prac-${user}`, client: 'ward-viewer', role: 'nurse', organization: 'ward-7' },
    from: `10.20.${user % 16}.${user % 250}`,
    purposes: ['TREAT'],
    decidedBy: ['policy/clinician|1'],
    request: `${digest.slice(0, 8)}-${digest.slice(8, 12)}-${digest.slice(12, 16)}-${digest.slice(16, 20)}-${digest.slice(20)}`,
    type: 'Observation',
    parts: [{ type: 'Observation', id: digest.slice(0, 12), version: 1, patients: [patient] }],
    count: 1,
  }
  return encodeDeed(deed)[0]!
}
