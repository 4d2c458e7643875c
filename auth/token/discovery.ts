import type { JSONWebKeySet } from 'jose'
import { parseText } from '../../resources/json/parse.ts'

/** Gets the text at a URL, within a time and a size, following no redirect. Rejects when there is none. */
export type FetchText = (url: string) => Promise<string>

/** Keys of one issuer at the most. */
const MOST_KEYS = 100

/**
 * Gives the keys of an issuer by discovery (OpenID Connect Discovery 1.0, 4): its configuration, then `jwks_uri`. The
 * address of the keys is kept from one time to the next, and looked for again when they are not there any more. The result
 * rejects when the issuer cannot be reached, speaks for another one, or has its keys where they must not be.
 */
export function discoveredKeys(issuer: string, fetchText: FetchText): () => Promise<JSONWebKeySet> {
  let known: string | undefined
  return async () => {
    const url = known ?? (await keysUrl(issuer, fetchText))
    known = undefined
    const { keys } = parseText(await fetchText(url)) as { keys?: unknown }
    if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw new Error('no set of keys')
    known = url
    return { keys }
  }
}

async function keysUrl(issuer: string, fetchText: FetchText): Promise<string> {
  const text = await fetchText(`${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`)
  const { issuer: named, jwks_uri: uri } = parseText(text) as { issuer?: unknown; jwks_uri?: unknown }
  if (named !== issuer) throw new Error('the configuration is of another issuer')
  if (typeof uri !== 'string' || !mayHoldKeys(uri, issuer)) throw new Error('jwks_uri must be https')
  return uri
}

/** Only an issuer on this machine may have its keys on this machine without TLS. */
function mayHoldKeys(uri: string, issuer: string): boolean {
  if (!URL.canParse(uri)) return false
  const { protocol } = new URL(uri)
  return protocol === 'https:' || (isLoopbackHttp(uri) && isLoopbackHttp(issuer))
}

/** Whether a URL is http on this machine itself. */
export function isLoopbackHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}
