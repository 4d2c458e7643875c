import { demandVerifier } from './audit-verifier.ts'
import { defineInquiry } from './inquiry.ts'

/**
 * The signed heads of the audit log, and one up to now, to be kept where nobody can reach them who can reach the log: Parameters of
 * `keys` (a JWK Set) and of `head` for each (a JWS), the oldest first. For those who may ask for `verify`.
 */
export const auditHeads = defineInquiry({
  code: 'heads',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/AuditEvent-heads',
  levels: ['type'],
  resourceTypes: ['AuditEvent'],
  affectsState: false,
  judgedBy: 'AuditEvent',
  input: {},
  demand: demandVerifier,
  async run({ heads: exported }) {
    const { keys, heads } = await exported()
    const parameter = [
      { name: 'keys', valueString: JSON.stringify(keys) },
      ...heads.map((jws) => ({ name: 'head', valueString: jws })),
    ]
    return { resource: { resourceType: 'Parameters', parameter } }
  },
})
