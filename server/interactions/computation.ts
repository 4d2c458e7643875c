import { withholds } from '../../auth/access.ts'
import type { Computation, ComputationContext, Computed } from '../../operations/computation.ts'
import type { GivenResource } from '../../operations/parameter-table.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { type JsonDocument, parseDocument } from '../../resources/json/parse.ts'
import type { Answer, Call, Services, TracedCall } from '../call.ts'
import { StoredClosures } from '../conformance/closures.ts'
import { CallersGuides } from '../guides/callers-guides.ts'
import { outcomeOf } from '../outcome.ts'
import { shownText } from '../shown.ts'
import { CallersValidation } from '../validation/callers-validation.ts'
import { liveVersion, visible } from '../visible.ts'

/** A computation: what it is given is read by its table, and its answer sent as it is. */
export async function runComputation(declared: Computation, call: TracedCall, services: Services): Promise<Answer> {
  if (declared.tellsOfNobody && call.id === undefined) call.trace.isFolded = true
  const document = readable(declared, call, services)
  if ('answer' in document) return answerOf(document.answer)
  const { used, compute } = declared.prepare({ query: call.query, document: document.document })
  call.trace.input = used
  return answerOf(await compute(contextOf(call, services)))
}

/** The body as a document; of one that is none, what the computation answers to that. */
function readable(
  declared: Computation,
  { body, document }: Call,
  { config }: Services,
): { document: JsonDocument | undefined } | { answer: Computed } {
  if (document || !body || body.length === 0) return { document }
  try {
    return { document: parseDocument(body, config.maxDepth) }
  } catch (error) {
    if (!(error instanceof FhirError) || error.kind !== 'invalid' || !declared.unreadable) throw error
    return { answer: declared.unreadable(error) }
  }
}

function contextOf(call: TracedCall, services: Services): ComputationContext {
  const { access, type, id, body } = call
  const { terminology, canonicals } = services.definitions.of(access)
  return {
    terminology,
    canonicals,
    closures: new StoredClosures(services.store, access.caller),
    access,
    type,
    id,
    body: body && Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    stored: () => storedOf(call, services),
    validation: new CallersValidation(call, services),
    guides: new CallersGuides(call, services),
  }
}

/** The resource that is asked of, as the caller is shown it: faults tell of no more. */
async function storedOf({ access, type, id, trace }: TracedCall, services: Services): Promise<GivenResource> {
  const version = liveVersion(await visible(type!, id!, access, services), { type: type!, id: id! })
  const text = shownText(version, { access, trace })
  const document = parseDocument(text, services.config.maxDepth)
  return { ...document, path: type!, ...(withholds(access, type!) ? { isCut: true } : {}) }
}

function answerOf({ issues, resource }: Computed): Answer {
  return { kind: 'ok', text: issues ? outcomeOf(issues) : Buffer.from(JSON.stringify(resource)) }
}
