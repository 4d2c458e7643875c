/** ms that a client's keys may take. */
const LONGEST = 5000

/**
 * Fetches the keys that a client has at a URL. The URL is one that an administrator registered: it may be within the
 * hospital. It leads to nowhere else, and is https but on this machine.
 */
export async function fetchKeys(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input)
  if (!isKeyUrl(url.href)) throw new Error('keys are fetched by https')
  return fetch(url, {
    method: init?.method ?? 'GET',
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(LONGEST),
  })
}

/** Whether keys may be fetched from there. */
export function isKeyUrl(text: string): boolean {
  const url = URL.parse(text)
  if (!url) return false
  return (
    url.protocol === 'https:' || (url.protocol === 'http:' && /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname))
  )
}
