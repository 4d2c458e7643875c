import { systemAccess } from '../../auth/access.ts'
import type { Issue } from '../../resources/fhir-error.ts'
import { FolderInUse } from '../../resources/store/sqlite/lock.ts'
import type { Config } from '../config.ts'
import { openServices } from '../services.ts'

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
  send(bundle: Buffer, onceKey: string): Promise<Reply>
  close(): Promise<void>
}

/** The embedded store in DATA_DIR; a server that has it open is asked instead, at its URL. */
export async function openTarget(config: Config, url: string | undefined): Promise<Target> {
  if (url !== undefined) return httpTarget(url.replace(/\/+$/, ''))
  try {
    return await embeddedTarget(config)
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error
    return httpTarget(`${config.publicUrl}/fhir`)
  }
}

async function embeddedTarget(config: Config): Promise<Target> {
  const services = await openServices(config)
  const access = systemAccess('fhir load')
  return {
    description: `the store in ${config.dataDir}`,
    async send(body, onceKey) {
      const call = { interaction: 'bundle', access, query: [], body, conditions: {}, strict: false, onceKey } as const
      const { answer, error } = await services.dispatch(call)
      if (error) return { issues: error.issues }
      return { response: JSON.parse(String(answer.text)) as ResponseBundle }
    },
    close: () => services.store.close(),
  }
}

function httpTarget(base: string): Target {
  return {
    description: `the server at ${base}`,
    async send(bundle, onceKey) {
      const headers = { 'content-type': 'application/fhir+json', 'idempotency-key': onceKey }
      const response = await fetch(base, { method: 'POST', headers, body: new Uint8Array(bundle) })
      const body = (await response.json()) as ResponseBundle & { issue?: Issue[] }
      if (response.ok) return { response: body }
      return {
        issues: body.issue ?? [{ severity: 'error', code: 'exception', diagnostics: `status ${response.status}` }],
      }
    },
    close: async () => undefined,
  }
}
