import fc from 'fast-check'
import type { Deed, DeedPart } from '../../../auth/audit/deed.ts'
import type { AuditEntry, AuditRecord } from '../../../resources/store/audit.ts'
import { fingerprints, NO_HASH, recordHash } from '../../../resources/store/audit-hash.ts'

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('__proto__'))
const id = fc.stringMatching(/^[A-Za-z0-9\-.]{1,64}$/)
const type = fc.constantFrom('Patient', 'Observation', 'Group', 'Encounter')
const action = fc.constantFrom('C' as const, 'R' as const, 'U' as const, 'D' as const, 'E' as const)

const part: fc.Arbitrary<DeedPart> = fc.record(
  { type, id, version: fc.integer({ min: 1 }), action, patients: fc.uniqueArray(id, { maxLength: 4 }) },
  { requiredKeys: ['type', 'id', 'patients'], noNullPrototype: true },
)

const itself: fc.Arbitrary<DeedPart> = id.map((one) => ({ type: 'Patient', id: one, patients: [one] }))

/** Any deed: no part of it `written`. */
export const anyDeed: fc.Arbitrary<Deed> = fc.record(
  {
    at: fc.integer({ min: 0 }),
    kind: fc.constantFrom('rest' as const, 'operation' as const, 'security' as const, 'application' as const),
    code: fc.constantFrom('read', 'search-type', 'transaction', 'everything', 'token', 'start'),
    action,
    outcome: fc.constantFrom('0' as const, '4' as const, '8' as const, '12' as const),
    told: text,
    agent: fc.record(
      {
        user: text,
        subject: text,
        issuer: text,
        client: text,
        role: text,
        token: text,
        organization: text,
        system: text,
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
    from: text,
    purposes: fc.array(text, { maxLength: 3 }),
    decidedBy: fc.array(text, { maxLength: 3 }),
    request: text,
    type: text,
    query: text,
    parts: fc.array(fc.oneof(part, itself), { maxLength: 5 }),
    patients: fc.uniqueArray(id, { maxLength: 5 }),
    count: fc.nat(),
    reason: text,
    times: fc.nat(),
    event: fc.constant({ resourceType: 'AuditEvent', recorded: '2026-11-29T00:00:00Z' }),
  },
  { requiredKeys: ['at', 'kind', 'code', 'action', 'outcome', 'agent'], noNullPrototype: true },
)

/** A deed with nothing but what every one has. */
export const PLAIN: Deed = { at: 1_764_376_912_000, kind: 'rest', code: 'read', action: 'R', outcome: '0', agent: {} }

/** Records as a store makes them of entries, in one chain. */
export function recordsOf(entries: readonly AuditEntry[], version = 1): (AuditRecord & { indexed: string[] })[] {
  let before = NO_HASH
  return entries.map(({ text, keys, changes = [] }, at) => {
    const outcomes = changes.map((change) => ({ version: version + change, created: false }))
    const record = {
      chain: 'a',
      number: at + 1,
      recorded: 1_764_376_912_345,
      text,
      outcomes,
      indexed: fingerprints(keys),
    }
    before = recordHash(before, record)
    return { ...record, key: `a-${String(at + 1).padStart(8, '0')}`, hash: before }
  })
}
