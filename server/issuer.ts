import type { Config } from './config.ts'

/** The path that the authorization server has on this server. */
export const OAUTH_PATH = '/oauth'

/** The issuer of the built-in authorization server. */
export function issuerOf({ publicUrl }: Pick<Config, 'publicUrl'>): string {
  return `${publicUrl}${OAUTH_PATH}`
}
