/** A JSON body; undefined for what is none. */
export function parsed(body: unknown): unknown {
  try {
    return Buffer.isBuffer(body) ? JSON.parse(body.toString()) : undefined
  } catch {
    return undefined
  }
}
