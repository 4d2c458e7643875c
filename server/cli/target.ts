import { setTimeout } from 'node:timers/promises'
import { OPEN } from '../../auth/access.ts'
import type { Issue } from '../../resources/fhir-error.ts'
import { accessAs } from '../audit/agent.ts'
import type { Config } from '../config.ts'
import { onceKeyOf } from '../once-key.ts'
import { openServices } from '../services.ts'
import { CLI_AGENT, commandDeed } from './command-record.ts'
import { askServer, openPlace, type Server } from './place.ts'

/** What the server says of a Bundle: its response, or the issues for which all of it was refused. */
export type Reply = { response: ResponseBundle; issues?: never } | { response?: never; issues: readonly Issue[] }

export interface ResponseBundle {
  entry?: { response: { status: string; location?: string; outcome?: { issue: Issue[] } } }[]
}

/** Where Bundles are loaded to. */
export interface Target {
  /** For the user: what is loaded into. */
  description: string
  /** `onceKey` names the Bundle: sent again, it is not carried out again. */
  send(bundle: Buffer, onceKey: string | undefined): Promise<Reply>
  close(): Promise<void>
}

/** Where the settings or the address say: in the store itself, or through a server. */
export function openTarget(
  config: Config,
  server: { url: string | undefined; token: string | undefined },
): Promise<Target> {
  return openPlace(config, server, { here: storeTarget, at: httpTarget })
}

async function storeTarget(config: Config): Promise<Target> {
  const services = await openServices(config)
  await services.audit.record([commandDeed({ ...IMPORT, told: 'begun' })])
  let bundles = 0
  // Whoever may write the store's files may load. While AUTH is off, this is the same as who asks over HTTP: keys fit either way.
  const access = accessAs(OPEN, CLI_AGENT)
  return {
    description: `the store in ${config.storeName}`,
    async send(body, key) {
      bundles++
      const call = { interaction: 'bundle', access, query: [], body, conditions: {}, strict: false } as const
      const onceKey = key === undefined ? {} : { onceKey: onceKeyOf(key, access) }
      const ask = () => services.dispatch({ ...call, ...onceKey })
      let result = await ask()
      // What is conditional waits for the index to be complete, and here nobody else makes it.
      if (result.error?.kind === 'unavailable' && services.reindex.isBehind) {
        await services.reindex.run()
        result = await ask()
      }
      const { answer, error } = result
      if (error) return { issues: error.issues }
      return { response: JSON.parse(String(answer.text)) as ResponseBundle }
    },
    async close() {
      await services.audit.record([commandDeed({ ...IMPORT, count: bundles })])
      await services.close()
    },
  }
}

const IMPORT = { kind: 'application', code: 'import', action: 'C', query: 'load' } as const

/** How often a server that is busy is asked again, and after how many ms. */
const ATTEMPTS = 5
const PAUSE = 2_000

function httpTarget(server: Server): Target {
  return {
    description: `the server at ${server.base}`,
    async send(bundle, key) {
      const headers = {
        'content-type': 'application/fhir+json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      }
      for (let attempt = 1; ; attempt++) {
        const response = await askServer(server, '', { method: 'POST', headers, body: new Uint8Array(bundle) })
        if (response.status !== 503 || attempt === ATTEMPTS) return replyOf(response)
        await setTimeout(PAUSE)
      }
    },
    close: async () => undefined,
  }
}

async function replyOf(response: Response): Promise<Reply> {
  const body = (await response.json().catch(() => ({}))) as ResponseBundle & { issue?: Issue[] }
  if (response.ok) return { response: body }
  return { issues: body.issue ?? [{ severity: 'error', code: 'exception', diagnostics: `status ${response.status}` }] }
}
