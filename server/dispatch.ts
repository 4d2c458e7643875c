import { demand, type Interaction } from '../auth/access.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { recorded } from './audit/record-call.ts'
import { Trace } from './audit/trace.ts'
import type { Call, Handler, Result, Services, TracedCall } from './call.ts'
import { bundle } from './interactions/bundle.ts'
import { capabilities } from './interactions/capabilities.ts'
import { history } from './interactions/history.ts'
import { operation } from './interactions/operation.ts'
import { read } from './interactions/read.ts'
import { search } from './interactions/search.ts'
import { vread } from './interactions/vread.ts'
import { write } from './write/write.ts'

const HANDLERS: Record<Interaction, Handler> = {
  read,
  vread,
  update: write,
  patch: write,
  delete: write,
  'history-instance': history,
  'history-type': history,
  'history-system': history,
  create: write,
  'search-type': search,
  'search-system': search,
  capabilities,
  bundle,
  operation,
}

/**
 * The one way to an interaction: checks access, runs it, catches what it throws and puts it on record before it gives the
 * answer. HTTP requests, Bundle entries and jobs all come through here. Never throws.
 */
export async function dispatch(call: Call, services: Services): Promise<Result> {
  const traced: TracedCall = Object.assign(call, { trace: new Trace(services.baseUrl) })
  return recorded(traced, await carriedOut(traced, services), services)
}

async function carriedOut(call: TracedCall, services: Services): Promise<Result> {
  try {
    demand(call.access, call)
    const answer = await HANDLERS[call.interaction](call, services)
    if (call.headOnly) delete answer.text
    return { answer }
  } catch (error) {
    if (error instanceof FhirError) return { error }
    return { error: error instanceof RangeError ? tooLarge(error) : unexpected(error) }
  }
}

/** A stack or a string that ran over: what was asked is within the limits one by one, and too much all in all. */
function tooLarge(error: RangeError): FhirError {
  const diagnostics = 'This is too large, or too deeply nested, to be processed.'
  return new FhirError('too-large', [{ severity: 'error', code: 'too-costly', diagnostics }], error.message)
}

/** The stack is for the log; its message may quote content, so it stays out of both log and answer. */
function unexpected(error: unknown): FhirError {
  const stack =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')) : []
  const detail = `${error instanceof Error ? error.name : typeof error}\n${stack.join('\n')}`
  const diagnostics = 'The server failed to do this; the fault is recorded in its log.'
  return new FhirError('internal', [{ severity: 'error', code: 'exception', diagnostics }], detail)
}
