import { createRequire } from 'node:module'
import type { FastifyRequest } from 'fastify'
import { type Logger, pino } from 'pino'
import type prettyLibrary from 'pino-pretty'
import { LineBuffer } from './line-buffer.ts'

/** A logger, and what writes out the lines that it holds back. */
export interface Log {
  logger: Logger
  flush(): Promise<void>
}

/** Opens the log: JSON lines on standard output, gathered; made readable where that is a terminal. */
export function openLog(level: string): Log {
  if (process.stdout.isTTY) {
    const pretty = createRequire(import.meta.url)('pino-pretty') as typeof prettyLibrary
    const stream = pretty({ colorize: true, ignore: 'pid,hostname', singleLine: true, sync: true })
    return { logger: pino({ level, base: null }, stream), flush: async () => undefined }
  }
  const lines = new LineBuffer(1)
  return { logger: pino({ level, base: null }, lines), flush: () => lines.flush() }
}

/** What one request's line tells, besides its time. It holds no ids of patients, query values, bodies or tokens. */
export interface RequestFacts {
  /** Path with its variable parts named. */
  route?: string
  type?: string
  interaction?: string
  /** Of whom the token is that was shown: the client, and a name made of the subject that nothing can be read from. */
  client?: string
  subject?: string
  /** For errors that are the server's fault. */
  detail?: string
}

const facts = new WeakMap<FastifyRequest, RequestFacts>()

/** Notes what a request turned out to be, for its line. */
export function note(request: FastifyRequest, found: RequestFacts): void {
  facts.set(request, { ...facts.get(request), ...found })
}

/** Writes the line of a request that was answered. */
export function logRequest(logger: Logger, request: FastifyRequest, status: number, ms: number): void {
  const found = facts.get(request)
  const { id, method, routeOptions } = request
  const line = { id, method, status, ms: Math.round(ms * 100) / 100, route: routeOptions.url, ...found }
  // That a server is not ready yet is what the probe asks.
  if (status >= 500 && line.route !== '/readyz') logger.error(line, 'request failed')
  else logger.info(line, 'request')
}

/** Writes the line of a request whose client left before the answer; what it asked for may have been done. */
export function logAborted(logger: Logger, request: FastifyRequest): void {
  const { id, method } = request
  logger.info({ id, method, aborted: true, ...facts.get(request) }, 'client left')
}
