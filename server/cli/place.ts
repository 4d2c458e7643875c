import { FolderInUse } from '../../resources/store/sqlite/lock.ts'
import { addressOf } from '../address.ts'
import type { Config } from '../config.ts'

/** The two places where a command can work: the store that the settings name, and a server by its FHIR base. */
export interface Places<Place> {
  here(config: Config): Promise<Place>
  at(base: string): Place
}

/**
 * Works in the store, on MongoDB beside the servers that are on it. A server that has the embedded store open is asked
 * instead, where it listens, or the one that `url` names.
 */
export async function openPlace<Place>(
  config: Config,
  url: string | undefined,
  { here, at }: Places<Place>,
): Promise<Place> {
  if (url !== undefined) return at(url.replace(/\/+$/, ''))
  try {
    return await here(config)
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error
    const address = addressOf(config.dataDir)
    if (address === undefined) throw error
    return at(`${address}/fhir`)
  }
}

/** Asks the server at a FHIR base. Rejects with words for the user when it cannot be reached. */
export async function askServer(base: string, path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(`${base}${path}`, request)
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new Error(`${base} cannot be reached: ${cause}`, { cause: error })
  }
}
