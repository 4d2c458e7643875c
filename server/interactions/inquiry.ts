import { setTimeout } from 'node:timers/promises'
import { AuditFault } from '../../auth/audit/fault.ts'
import { type ExportedHeads, exportHeads, verifyStore } from '../../auth/audit/proof.ts'
import type { Inquiry, Told } from '../../operations/inquiry.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { QueryPair } from '../../search/query.ts'
import { begun, collected } from '../answer-stream.ts'
import type { Answer, Call, Services, TracedCall } from '../call.ts'
import { commitNew } from '../write/new.ts'

/** An inquiry: whether the caller may ask for it comes before all else. What streams has begun when this answers. */
export async function runInquiry(
  declared: Inquiry,
  call: TracedCall & { type: string },
  services: Services,
  parameters: readonly QueryPair[],
): Promise<Answer> {
  const { access, type, id } = call
  const asked = [...call.query, ...parameters]
  call.trace.input = asked
  declared.demand(access, { type, id })
  const { searcher, store, baseUrl, zone } = services
  const signal = call.signal ?? new AbortController().signal
  const told = await declared.inquire(
    {
      access,
      searcher,
      audit: store.audit,
      verify: () => verifyStore(store),
      heads: () => headsOf(store, signal),
      baseUrl,
      zone,
      now: await momentThatIsOver(),
      type,
      id,
      signal,
      commit: (resources) => commitNew(resources, [], call, services),
      screens: services.screens,
    },
    asked,
  )
  const { patients, count } = told
  Object.assign(call.trace.told, { patients, count })
  return { kind: 'ok', ...(await contentOf(told, call)) }
}

/** What is broken is not signed; where it is, `verify` tells. */
async function headsOf(store: Services['store'], signal: AbortSignal): Promise<ExportedHeads> {
  try {
    return await exportHeads(store, Date.now(), signal)
  } catch (error) {
    if (!(error instanceof AuditFault)) throw error
    throw FhirError.of('conflict', 'The audit log is broken, and is not signed: AuditEvent/$verify tells where.')
  }
}

/** The record of this very inquiry is of a later one, so that no walk through the log comes upon it. */
async function momentThatIsOver(): Promise<number> {
  const now = Date.now()
  while (Date.now() === now) await setTimeout(1)
  return now
}

async function contentOf(told: Told, { headOnly, takesStream }: Call): Promise<Pick<Answer, 'text' | 'stream'>> {
  if ('resource' in told) return { text: Buffer.from(JSON.stringify(told.resource)) }
  const { mediaType, chunks, fileName } = told
  const stream = { mediaType, ...(fileName === undefined ? {} : { fileName }), ...(await begun(chunks)) }
  if (headOnly) await stream.end()
  if (takesStream) return { stream }
  if (mediaType === 'application/fhir+json') return { text: await collected(stream) }
  await stream.end()
  throw FhirError.of('invalid', `An entry of a Bundle is answered in FHIR JSON, not in ${mediaType}.`, {
    code: 'not-supported',
  })
}
