import { cutBundle } from '../bundle/cut.ts'
import type { Answer, Services, TracedCall } from '../call.ts'
import { batch } from './batch.ts'
import { transaction } from './transaction.ts'

/** R4 http, batch/transaction: what the Bundle's type says. */
export async function bundle(call: TracedCall, services: Services): Promise<Answer> {
  const cut = await cutBundle(call.body, services.config)
  call.trace.bundle = cut.type
  return cut.type === 'batch' ? batch(cut, call, services) : transaction(cut, call, services)
}
