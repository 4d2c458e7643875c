import { systemOperation } from '../../operations/registry.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { deedOfCall } from '../audit/deed-of-call.ts'
import type { Answer, Services, TracedCall } from '../call.ts'
import { issuerOf } from '../issuer.ts'

/** R4 operations: one of the whole system, which answers a resource. It takes no parameters. */
export async function runSystemOperation(call: TracedCall, services: Services): Promise<Answer> {
  const declared = systemOperation(call.operation ?? '')
  const work = call.onlyLooks ? declared?.look : declared?.run
  if (!work) throw FhirError.of('not-found', 'There is no such operation.')
  if (!call.onlyLooks) await recordBefore(call, services)
  const { reindex } = services
  return { kind: 'ok', text: Buffer.from(JSON.stringify(await work({ reindex }))) }
}

/** What begins to work is on record before it does: where that cannot be, it does not begin. */
async function recordBefore(call: TracedCall, { audit, config, baseUrl }: Services): Promise<void> {
  await audit.record([deedOfCall(call, { issuer: issuerOf(config), base: baseUrl })])
  call.trace.isRecorded = true
}
