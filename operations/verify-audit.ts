import type { Verdict, VerifyProgress } from '../auth/audit/chain.ts'
import { demandVerifier } from './audit-verifier.ts'
import { defineInquiry } from './inquiry.ts'

/** Records after which a piece of white space is sent, so that nobody takes the connection for dead. */
const SIGN_OF_LIFE = 20_000

/**
 * Reads the whole audit log and tells whether it is as it was written: Parameters of `whole`, `records`, `chains`, `heads`, the
 * day `until` which heads go, and of the first fault, where there is one, `fault` with its `kind` and words, and the chain,
 * number and key of the record. For auditors and the privacy office: it takes the right to search the whole log, and
 * `verify` among the operations of the policy.
 */
export const verifyAudit = defineInquiry({
  code: 'verify',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/AuditEvent-verify',
  levels: ['type'],
  resourceTypes: ['AuditEvent'],
  affectsState: false,
  judgedBy: 'AuditEvent',
  input: {},
  demand: demandVerifier,
  async run({ verify, signal }) {
    return { mediaType: 'application/fhir+json', chunks: told(verify(), signal) }
  },
})

async function* told(run: AsyncGenerator<VerifyProgress, Verdict>, signal: AbortSignal): AsyncGenerator<string> {
  let due = SIGN_OF_LIFE
  for (;;) {
    const { done, value } = await run.next()
    if (done) {
      yield JSON.stringify(parametersOf(value))
      return
    }
    if (signal.aborted) return
    if (value.records < due) continue
    due = value.records + SIGN_OF_LIFE
    yield '\n'
  }
}

function parametersOf({ whole, records, chains, heads, until, fault }: Verdict): object {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'whole', valueBoolean: whole },
      { name: 'records', valueDecimal: records },
      { name: 'chains', valueInteger: chains },
      { name: 'heads', valueInteger: heads },
      ...(until === undefined ? [] : [{ name: 'until', valueString: until }]),
      ...(fault ? [{ name: 'fault', part: partsOf(fault) }] : []),
    ],
  }
}

function partsOf({ kind, told: words, chain, number, key, day }: NonNullable<Verdict['fault']>): object[] {
  return [
    { name: 'kind', valueCode: kind },
    { name: 'told', valueString: words },
    ...(chain === undefined ? [] : [{ name: 'chain', valueString: chain }]),
    ...(number === undefined ? [] : [{ name: 'number', valueDecimal: number }]),
    ...(key === undefined ? [] : [{ name: 'key', valueString: key }]),
    ...(day === undefined ? [] : [{ name: 'day', valueString: day }]),
  ]
}
