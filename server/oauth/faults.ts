import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import { FhirError } from '../../resources/fhir-error.ts'
import { fhirErrorOf } from '../http/errors.ts'
import { note } from '../http/log.ts'
import { statusOf } from '../statuses.ts'
import { pageHeaders } from './headers.ts'
import { errorPage } from './pages/error-page.ts'

export const BUSY = { error: 'temporarily_unavailable', error_description: 'The server cannot do this now; try again.' }

/** What is the server's fault: it goes to the log, and its words to nobody else. */
export class Faults {
  readonly #asked = new WeakMap<IncomingMessage, FastifyRequest>()
  readonly #found = new WeakMap<IncomingMessage, unknown>()

  /** Notes which request the library is about to be given. */
  given(request: FastifyRequest): void {
    this.#asked.set(request.raw, request)
  }

  /** The request that the library was given. */
  requestOf(raw: IncomingMessage): FastifyRequest | undefined {
    return this.#asked.get(raw)
  }

  /** Hears of the library's faults; where the store cannot be reached, the answer says so. */
  listen(provider: Provider): void {
    provider.on('server_error', ({ req }, error) => this.#note(req, error))
    // Koa's own event, which else goes to the console.
    const koa: EventEmitter = provider
    koa.on('error', (error: unknown, ctx?: { req: IncomingMessage }) => ctx && this.#note(ctx.req, error))
    provider.use(async (ctx, next) => {
      await next()
      const error = this.#found.get(ctx.req)
      if (ctx.status !== 500 || !(error instanceof FhirError) || error.kind !== 'unavailable') return
      ctx.status = 503
      ctx.set('retry-after', '5')
      ctx.body = BUSY
    })
  }

  #note(raw: IncomingMessage, error: unknown): void {
    this.#found.set(raw, error)
    const request = this.#asked.get(raw)
    if (request) note(request, { detail: detailOf(error) })
  }
}

/** Answers what a room of the authorization server has thrown: a page to who wants one, JSON to others. */
export function sendFault(error: Error & { code: string }, request: FastifyRequest, reply: FastifyReply, root: string) {
  const { kind, issues } = fhirErrorOf(error as Parameters<typeof fhirErrorOf>[0])
  const status = statusOf(kind)
  if (status >= 500) note(request, { detail: detailOf(error) })
  if (kind === 'unavailable') reply.header('retry-after', '5')
  const words = issues[0]?.diagnostics ?? 'The request cannot be served.'
  reply.code(status).headers(pageHeaders())
  if (/\btext\/html\b/.test(request.headers.accept ?? '')) {
    return reply.type('text/html; charset=utf-8').send(errorPage(root, words))
  }
  const code = status >= 500 ? (kind === 'unavailable' ? BUSY.error : 'server_error') : 'invalid_request'
  return reply.send({ error: code, error_description: words })
}

/** Where it was thrown. The message stays out: it may quote what was sent. */
function detailOf(error: unknown): string {
  if (error instanceof FhirError && error.detail !== undefined) return error.detail
  if (!(error instanceof Error)) return typeof error
  const stack = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return `${error.name}\n${stack.join('\n')}`
}
