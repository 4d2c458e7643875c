import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { type Access, OPEN } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { note } from '../http/log.ts'
import { bearerOf } from './bearer.ts'
import type { Caller, Callers } from './callers.ts'
import { NOBODY } from './nobody.ts'
import { purposesOf } from './purposes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What who sent the request may do; null until the door has let it in. */
    access: Access | null
  }
}

/** The way into the FHIR routes. */
export interface Door {
  /** Lets a request in, and says in `request.access` what who sent it may do. */
  door: onRequestHookHandler
  /** The rights of who was let in, as they are now. */
  again(request: FastifyRequest): Promise<Access>
}

/** Counts requests of a caller, or of an address; throws `too-many-requests` past the limit. */
export type Limit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/**
 * The door is a hook that lets a request in once it is known who sends it, before anything of its body is read. Without
 * `callers` (AUTH=off) all come in. `limit` gives what counts them, once it is there.
 */
export function openDoor(callers: Callers | undefined, limit: () => Limit | undefined): Door {
  const door: onRequestHookHandler = (request, reply, done) => {
    const count = limit()
    if (!count) return enter(request, callers, done)
    // Who is refused is counted as well: guessing has its limit.
    enter(request, callers, (refusal) => count(request, reply).then(() => done(refusal), done))
  }
  return { door, again: (request) => rightsAgain(request, callers) }
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
  if (token !== undefined) return callers.of(token, purposesOf(request.headers))
  throw FhirError.of('unauthenticated', 'This takes an access token: Authorization: Bearer …')
}

async function rightsAgain(request: FastifyRequest, callers: Callers | undefined): Promise<Access> {
  return (await (callers && callerOf(request, callers)))?.access ?? request.access ?? NOBODY
}

function letIn(request: FastifyRequest, { access, client, subject }: Pick<Caller, 'access'> & Partial<Caller>): void {
  request.access = access
  if (client !== undefined && subject !== undefined) note(request, { client, subject })
}

/** What is open to all: how the server is used, and where tokens are had. */
const OPEN_PATHS = /^\/fhir\/+(metadata\/*|\.well-known\/[\w/-]*)(\?|$)/
