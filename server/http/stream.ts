import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { FastifyRequest } from 'fastify'
import { FhirError } from '../../resources/fhir-error.ts'
import type { AnswerStream } from '../answer-stream.ts'
import { takesGzip } from './encoding.ts'
import type { Exchange } from './exchange.ts'
import { note } from './log.ts'

/** Characters that leave together: pieces may be as small as a row. */
const GATHERED = 32 * 1024

/** ms that a client may take nothing of it. */
const PATIENCE = 30_000

/** A page is shown as it is: nothing in it may be run or fetched, and no form sent. */
const PAGE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

/**
 * Sends an answer that is made meanwhile, as fast as the client takes it. When the client leaves, or takes nothing for a while,
 * the work ends; where the work fails, the connection is broken.
 */
export function sendStream(stream: AnswerStream, { request, reply }: Exchange) {
  const { mediaType, fileName } = stream
  reply.header('content-type', `${mediaType}; charset=utf-8`)
  reply.header('vary', 'Accept-Encoding, Accept')
  if (mediaType === 'text/html') reply.header('content-security-policy', PAGE_POLICY)
  if (fileName !== undefined) reply.header('content-disposition', `attachment; filename="${fileName}"`)
  if (request.method === 'HEAD') {
    void stream.end().catch(() => undefined)
    return reply.send()
  }
  // What was never begun to be read is not ended by its reader.
  reply.raw.once('close', () => void stream.end().catch(() => undefined))
  const source = Readable.from(paced(stream.chunks, request), { objectMode: false })
  if (!takesGzip(request.headers['accept-encoding'])) return reply.send(source)
  reply.header('content-encoding', 'gzip')
  const packed = createGzip({ level: 5 })
  // Its failure is that of what is sent.
  pipeline(source, packed).catch(() => undefined)
  return reply.send(packed)
}

async function* paced(chunks: AsyncIterable<string>, request: FastifyRequest): AsyncGenerator<Buffer> {
  const { socket } = request.raw
  for await (const piece of gathered(chunks, request)) {
    const timer = setTimeout(() => socket.destroy(), PATIENCE)
    try {
      yield piece
    } finally {
      clearTimeout(timer)
    }
  }
}

async function* gathered(chunks: AsyncIterable<string>, request: FastifyRequest): AsyncGenerator<Buffer> {
  let held = ''
  try {
    for await (const chunk of chunks) {
      held += chunk
      if (held.length < GATHERED) continue
      yield Buffer.from(held)
      held = ''
    }
  } catch (error) {
    throw brokenOff(error, request)
  }
  if (held !== '') yield Buffer.from(held)
}

/** An error in place of one whose message may quote content; what the log may have of that is noted. */
function brokenOff(error: unknown, request: FastifyRequest): Error {
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line)) : []
  const own = error instanceof FhirError ? `${error.kind} ${error.detail ?? ''}` : stack.join('\n')
  note(request, { detail: `the answer broke off: ${own}` })
  // Without chunks (HTTP/1.0, as proxies may speak it) the end of the connection is the end of the answer, unless it is reset.
  if (request.raw.httpVersion === '1.0') request.raw.socket.resetAndDestroy()
  return new Error('the answer broke off')
}
