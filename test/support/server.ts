import type { FastifyInstance, InjectOptions } from 'fastify'
import { pino } from 'pino'
import type { Test } from 'tap'
import type { Access } from '../../auth/access.ts'
import { buildApp } from '../../server/app.ts'
import type { Services } from '../../server/call.ts'
import { readConfig } from '../../server/config.ts'
import { onceKeyOf } from '../../server/once-key.ts'
import { openServices } from '../../server/services.ts'
import { storeFolder } from './folder.ts'
import { placeOf } from './place.ts'

/** JSON as a test looks at it. */
// biome-ignore lint/suspicious/noExplicitAny: assertions look into answers of any shape
export type Json = any

export interface Reply {
  status: number
  headers: Record<string, string | undefined>
  text: string
  bytes: Buffer
  json: Json
}

/** The FHIR base of every test server. */
export const BASE = 'http://127.0.0.1:8080/fhir'

/** A server on a store of its own, asked without a socket. Paths are below the FHIR base. */
export class TestServer {
  readonly app: FastifyInstance
  readonly services: Services
  /** Lines of the log, as they were written. */
  readonly log: string[]

  constructor(app: FastifyInstance, services: Services, log: string[]) {
    this.app = app
    this.services = services
    this.log = log
  }

  /** The same server, asked by a caller with this access. */
  as(access: Access): TestServer {
    const dispatch: Services['dispatch'] = (call) =>
      this.services.dispatch({
        ...call,
        access,
        ...(call.onceKey === undefined ? {} : { onceKey: onceKeyOf(call.onceKey, access) }),
      })
    const log: string[] = []
    const logger = pino({ base: null }, { write: (line: string) => log.push(line) })
    const app = buildApp({ ...this.services, dispatch }, { logger, flush: async () => undefined })
    return new TestServer(app, this.services, log)
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const raw = typeof body === 'string' || Buffer.isBuffer(body)
    const type = body === undefined ? {} : { 'content-type': 'application/fhir+json' }
    const response = await this.app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url: `/fhir${path === '' || path.startsWith('?') ? '' : '/'}${path}`,
      headers: { ...type, ...headers },
      ...(body === undefined ? {} : { payload: raw ? body : JSON.stringify(body) }),
    })
    const json =
      /json/.test(String(response.headers['content-type'])) &&
      response.headers['content-encoding'] === undefined &&
      response.body !== ''
        ? JSON.parse(response.body)
        : undefined
    return {
      status: response.statusCode,
      headers: response.headers as Reply['headers'],
      text: response.body,
      bytes: response.rawPayload,
      json,
    }
  }

  get = (path: string, headers?: Record<string, string>) => this.ask('GET', path, undefined, headers)
  post = (path: string, body: unknown, headers?: Record<string, string>) => this.ask('POST', path, body, headers)
  put = (path: string, body: unknown, headers?: Record<string, string>) => this.ask('PUT', path, body, headers)
  delete = (path: string, headers?: Record<string, string>) => this.ask('DELETE', path, undefined, headers)
  patch = (path: string, body: unknown, headers?: Record<string, string>) => this.ask('PATCH', path, body, headers)
}

/** Opens a server for a test; it is closed when the test is over. */
export async function openServer(t: Test, environment: Record<string, string> = {}): Promise<TestServer> {
  const place = await placeOf(environment.DATA_DIR ?? storeFolder(t))
  const config = readConfig({ DEMO: 'off', AUTH: 'off', ...place, ...environment })
  const services = await openServices(config)
  const log: string[] = []
  const logger = pino({ level: config.logLevel, base: null }, { write: (line: string) => log.push(line) })
  const app = buildApp(services, { logger, flush: async () => undefined })
  t.teardown(async () => {
    await app.close()
    await services.close()
  })
  return new TestServer(app, services, log)
}
