import { FhirError } from '../../resources/fhir-error.ts'
import type { Answer, Call, Services } from '../call.ts'
import { STATEMENT_MODES } from '../conformance/statements.ts'

/** R4 http, capabilities: of the server, or with `mode=terminology` of its terminology. */
export async function capabilities({ query }: Call, services: Services): Promise<Answer> {
  const asked = query.find(([name]) => name === 'mode')?.[1] ?? 'full'
  const mode = STATEMENT_MODES.find((one) => one === asked)
  if (!mode) throw FhirError.of('invalid', `mode takes ${STATEMENT_MODES.join(', ')}.`, { code: 'value' })
  return { kind: 'ok', text: await services.capabilities(mode) }
}
