/** ms that a server has for its whole answer. */
const PATIENCE = 5_000

/** Bytes of an answer at the most. */
const MOST = 1024 * 1024

/**
 * Gets the text at a URL: no redirect is followed, and neither a server that is slow nor an answer without end is waited
 * for. Rejects where there is none.
 */
export async function fetchText(url: string): Promise<string> {
  const headers = { accept: 'application/json' }
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE), headers })
  if (!response.ok || !response.body) {
    await response.body?.cancel()
    throw new Error(`status ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.length
    if (bytes > MOST) throw new Error(`more than ${MOST} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
