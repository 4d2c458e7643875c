import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { type Access, OPEN } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Restriction } from '../../search/searcher.ts'
import { note } from '../http/log.ts'
import { bearerOf } from './bearer.ts'
import type { Caller, Callers } from './callers.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What who sent the request may do; null until the door has let it in. */
    access: Access | null
  }
}

/** What those have who show no token: what is open to all, and nothing else. */
const NOBODY: Access = nobody()

/** Counts requests of a caller, or of an address; throws `too-many-requests` past the limit. */
export type Limit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/**
 * A hook that lets a request in once it is known who sends it, before anything of its body is read. Without `callers`
 * (AUTH=off) all come in. `limit` gives what counts them, once it is there.
 */
export function door(callers: Callers | undefined, limit: () => Limit | undefined): onRequestHookHandler {
  return (request, reply, done) => {
    const count = limit()
    if (!count) return enter(request, callers, done)
    // Who is refused is counted as well: guessing has its limit.
    enter(request, callers, (refusal) => count(request, reply).then(() => done(refusal), done))
  }
}

function enter(request: FastifyRequest, callers: Callers | undefined, done: (error?: Error) => void): void {
  let caller: Caller | Promise<Caller> | undefined
  try {
    caller = callers && callerOf(request, callers)
  } catch (error) {
    done(error as Error)
    return
  }
  if (caller instanceof Promise) {
    caller.then((found) => letIn(request, found)).then(() => done(), done)
    return
  }
  letIn(request, caller ?? { access: callers ? NOBODY : OPEN })
  done()
}

/** undefined for nobody, where that is enough. */
function callerOf(request: FastifyRequest, callers: Callers): Caller | Promise<Caller> | undefined {
  const isOpen = OPEN_PATHS.test(request.raw.url ?? '')
  const token = bearerOf(request)
  if (isOpen) return undefined
  if (token !== undefined) return callers.of(token)
  throw FhirError.of('unauthenticated', 'This takes an access token: Authorization: Bearer …')
}

function letIn(request: FastifyRequest, { access, client, subject }: Pick<Caller, 'access'> & Partial<Caller>): void {
  request.access = access
  if (client !== undefined && subject !== undefined) note(request, { client, subject })
}

/** What is open to all: how the server is used, and where tokens are had. */
const OPEN_PATHS = /^\/fhir\/+(metadata\/*|\.well-known\/[\w/-]*)(\?|$)/

function nobody(): Access {
  const nothing: Restriction = { byType: {}, others: { kind: 'none' } }
  return {
    caller: 'nobody',
    may: { c: nothing, r: nothing, u: nothing, d: nothing, s: nothing },
    hidden: {},
    writable: {},
    labels: [],
    operations: [],
  }
}
