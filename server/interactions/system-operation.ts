import { systemOperation } from '../../operations/registry.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Answer, Call, Services } from '../call.ts'

/** R4 operations: one of the whole system, which answers a resource. It takes no parameters. */
export async function runSystemOperation(call: Call, { reindex }: Services): Promise<Answer> {
  const declared = systemOperation(call.operation ?? '')
  const work = call.onlyLooks ? declared?.look : declared?.run
  if (!work) throw FhirError.of('not-found', 'There is no such operation.')
  return { kind: 'ok', text: Buffer.from(JSON.stringify(await work({ reindex }))) }
}
