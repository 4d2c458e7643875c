import { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'
import type { FhirError } from '../../resources/fhir-error.ts'
import { challengeOf } from '../access/challenge.ts'
import type { Answer, Call } from '../call.ts'
import { etagOf } from '../etag.ts'
import { outcomeOf } from '../outcome.ts'
import { MethodNotAllowed } from '../routing.ts'
import { statusOf } from '../statuses.ts'
import { isWrite } from '../write/draft.ts'
import { wantsNative } from './accept.ts'
import { nativeBinary } from './binary.ts'
import { compressed } from './encoding.ts'
import type { Exchange } from './exchange.ts'
import { note } from './log.ts'
import { pretty } from './pretty.ts'
import { sendStream } from './stream.ts'

const FHIR_JSON = 'application/fhir+json; charset=utf-8'

/** Content that a browser must not run in this server's name. */
const SANDBOX = "sandbox; default-src 'none'"

/** Answers above this size are for no reader, and leave as they are. */
const MOST_PRETTY = 4 * 1024 * 1024

/** ms that a client may take nothing of a large answer. */
const PATIENCE = 30_000

/** Answers up to this size take no room of their own. */
const SMALL = 64 * 1024

/**
 * Sends an answer: status, the headers of its version, and its resource in the form that the client asked for. Throws
 * `unavailable` where too much is on its way to clients already, save for what was carried out.
 */
export async function sendAnswer(answer: Answer, call: Call, baseUrl: string, exchange: Exchange) {
  const { request, reply } = exchange
  if (answer.stream) return sendStream(answer.stream, exchange)
  const release = takeRoom(answer.text?.length ?? 0, call, exchange)
  reply.code(statusOf(answer.kind))
  const { version } = answer
  if (version) {
    reply.header('etag', etagOf(version.version))
    reply.header('last-modified', new Date(version.lastUpdated).toUTCString())
    if (answer.located && (answer.kind === 'created' || call.interaction === 'create')) {
      reply.header('location', `${baseUrl}/${version.type}/${version.id}/_history/${version.version}`)
    }
  }
  if (release) reply.raw.on('close', release)
  if (answer.kind === 'not-modified' || answer.kind === 'no-content') return reply.send()
  if (answer.text && mayBeNative(call) && wantsNative(request.headers.accept, call.query)) {
    return sendNative(answer.text, exchange)
  }
  return sendJson(answer.text ?? (answer.issues && outcomeOf(answer.issues)), exchange)
}

/** Sends an error as an OperationOutcome, and notes for the log what the caller may not know. */
export async function sendError(error: FhirError, exchange: Exchange) {
  const { request, reply } = exchange
  if (error.detail !== undefined) note(request, { detail: error.detail })
  reply.code(statusOf(error.kind))
  if (error instanceof MethodNotAllowed) reply.header('allow', error.allow)
  if (error.kind === 'unavailable') reply.header('retry-after', '5')
  const challenge = challengeOf(error, request.access?.identity !== undefined)
  if (challenge !== undefined) reply.header('www-authenticate', challenge)
  return sendJson(outcomeOf(error.issues), exchange)
}

function takeRoom(bytes: number, call: Call, { inFlight, reply }: Exchange): (() => void) | undefined {
  // The answer to a pipelined request waits for those before it, without a socket of its own.
  const waits = reply.raw.socket === null
  if (bytes <= SMALL && !waits) return undefined
  if (bytes > SMALL) giveUpUnread(reply)
  const wasCarriedOut = isWrite(call) || call.interaction === 'bundle'
  return wasCarriedOut ? inFlight.hold(bytes) : inFlight.take(bytes)
}

/** Cuts the connection of a client that takes nothing of its answer any more. */
function giveUpUnread(reply: FastifyReply): void {
  const { socket } = reply.raw
  if (!(socket instanceof Socket)) return
  const cut = () => socket.destroy()
  socket.setTimeout(PATIENCE, cut)
  reply.raw.once('close', () => {
    socket.setTimeout(0)
    // The connection goes on, and listeners would gather with each large answer.
    socket.off('timeout', cut)
  })
}

async function sendJson(text: Buffer | undefined, { request, reply, query }: Exchange) {
  if (!text) return reply.send()
  reply.header('content-type', FHIR_JSON)
  const wantsPretty = query.some(([name, value]) => name === '_pretty' && value === 'true')
  const body = wantsPretty && text.length <= MOST_PRETTY ? pretty(text) : text
  return reply.send(await compressed(body, request, reply))
}

/** A Binary is read in its own form unless FHIR is asked for (R4 binary). */
export function mayBeNative({ type, interaction }: Call): boolean {
  return type === 'Binary' && (interaction === 'read' || interaction === 'vread')
}

async function sendNative(text: Buffer, { reply }: Exchange) {
  const { contentType, content } = nativeBinary(text)
  reply.header('content-type', contentType)
  reply.header('content-security-policy', SANDBOX)
  return reply.send(content)
}
