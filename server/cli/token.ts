import { readFileSync } from 'node:fs'
import { isLoopbackHttp } from '../../auth/token/discovery.ts'

/** How a command that may work through a server is given an access token; never as an argument, which others can read. */
export const TOKEN_OPTION = { 'token-file': { type: 'string' } } as const

/**
 * The access token that a file has, else the environment: undefined where there is none. Throws words for the user for a file
 * that cannot be read or has none.
 */
export function tokenOf(environment: Record<string, string | undefined>, file: string | undefined): string | undefined {
  const token = (file === undefined ? environment.CHARTROOM_TOKEN : readFileSync(file, 'utf8'))?.trim()
  if (!token) {
    if (file !== undefined) throw new Error(`${file} has no token in it`)
    return undefined
  }
  if (/^[\w.~+/-]+=*$/.test(token)) return token
  throw new Error(`${file ?? 'CHARTROOM_TOKEN'} is no access token`)
}

/** The header that shows a token to a server. Throws where others on the way could read it. */
export function tokenHeader(base: string, token: string | undefined): Record<string, string> {
  if (token === undefined) return {}
  if (new URL(base).protocol !== 'https:' && !isLoopbackHttp(base)) {
    throw new Error(`${base}: a token goes by https alone, save to this machine`)
  }
  return { authorization: `Bearer ${token}` }
}
