/** Paths that are the library's, to the letter: its router takes others for them, with a slash at the end or in capitals. */
const PATHS =
  /^\/(authorize(\/[\w-]+)?|token|introspect|revoke|\.well-known\/(openid-configuration|oauth-authorization-server))$/

/** Whether a URL (path and query) below the issuer is one that the library serves here. */
export function isAskedOfLibrary(url: string): boolean {
  return PATHS.test(url.split('?', 1)[0]!)
}

/** Ways for an answer to go back to an app: as part of the URL, and not as a form that a script sends. */
export const RESPONSE_MODES = ['query', 'fragment']

/**
 * A URL (path and query) as the library is to see it. It gives `offline_access` only where the request asks for the consent page
 * (OpenID Connect Core, 11), which is always shown here: that is said in the place of apps, which SMART does not ask to. A way
 * of answering that is not served becomes one that is not known.
 */
export function askedUrl(url: string): string {
  const [path = '', ...rest] = url.split('?')
  if (path !== '/authorize') return url
  const query = rest.join('?')
  const params = new URLSearchParams(query)
  const mode = only(params, 'response_mode')
  if (mode !== undefined && !RESPONSE_MODES.includes(mode)) params.set('response_mode', 'unsupported')
  const prompt = params.has('prompt') ? only(params, 'prompt') : ''
  const stays = (params.get('scope') ?? '').split(' ').includes('offline_access')
  if (stays && prompt !== undefined && !/\b(none|consent)\b/.test(prompt))
    params.set('prompt', `${prompt} consent`.trim())
  return `${path}?${params}`
}

/** The value of a parameter that is there once; one that is there twice is the library's to refuse. */
function only(params: URLSearchParams, name: string): string | undefined {
  const values = params.getAll(name)
  return values.length === 1 ? values[0] : undefined
}
