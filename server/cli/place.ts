import { FolderInUse } from '../../resources/store/sqlite/lock.ts'
import { addressOf } from '../address.ts'
import type { Config } from '../config.ts'
import { tokenHeader } from './token.ts'

/** The two places where a command can work: the store that the settings name, and a server by its FHIR base. */
export interface Places<Place> {
  here(config: Config): Promise<Place>
  at(server: Server): Place
}

/** A server by its FHIR base, and the access token that is shown to it. */
export interface Server {
  base: string
  token: string | undefined
}

/**
 * Works in the store, on MongoDB beside the servers that are on it. A server that has the embedded store open is asked
 * instead, where it listens, or the one that `url` names; it is shown the token.
 */
export async function openPlace<Place>(
  config: Config,
  { url, token }: { url: string | undefined; token: string | undefined },
  { here, at }: Places<Place>,
): Promise<Place> {
  if (url !== undefined) return at({ base: url.replace(/\/+$/, ''), token })
  try {
    return await here(config)
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error
    const address = addressOf(config.dataDir)
    if (address === undefined) throw error
    return at({ base: `${address}/fhir`, token })
  }
}

/** Asks a server. Rejects with words for the user when it cannot be reached, or does not accept the token. */
export async function askServer({ base, token }: Server, path: string, request: RequestInit): Promise<Response> {
  const headers = { ...(request.headers as Record<string, string> | undefined), ...tokenHeader(base, token) }
  const response = await reach(base, path, { ...request, headers })
  if (response.status !== 401) return response
  const { issue } = (await response.json().catch(() => ({}))) as { issue?: { diagnostics?: string }[] }
  const hint = token === undefined ? ' --token-file or CHARTROOM_TOKEN gives it one.' : ''
  throw new Error(`${base}: ${issue?.[0]?.diagnostics ?? 'The token is not accepted.'}${hint}`)
}

/** What a server said against what it was asked, in words for the user. */
export async function refusal({ base }: Server, path: string, response: Response): Promise<Error> {
  const body = (await response.json().catch(() => undefined)) as
    | { issue?: { diagnostics?: string }[] }
    | null
    | undefined
  return new Error(`${base}${path}: ${body?.issue?.[0]?.diagnostics ?? `status ${response.status}`}`)
}

/** Asks whoever is at a base. Rejects with words for the user when nobody can be reached. */
export async function reach(base: string, path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(`${base}${path}`, request)
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new Error(`${base} cannot be reached: ${cause}`, { cause: error })
  }
}
