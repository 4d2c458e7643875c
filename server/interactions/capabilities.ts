import type { Answer, Call, Services } from '../call.ts'

/** R4 http, capabilities. */
export async function capabilities(_call: Call, services: Services): Promise<Answer> {
  return { kind: 'ok', text: await services.capabilities() }
}
