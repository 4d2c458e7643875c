import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/** Bytes of a form at the most: what the library takes. More is cut off, which it then refuses. */
const LONGEST = 56 * 1024

/** Reads the form of a request that the library is to be given afterwards, by `replay`. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    chunks.push(chunk)
    if (length > LONGEST) break
  }
  return new URLSearchParams(Buffer.concat(chunks).toString())
}

/** Lets the library read a form in the place of the one that was read. */
export function replay(request: IncomingMessage, form: URLSearchParams): void {
  const body = Buffer.from(form.toString())
  const again = Readable.from([body])
  request.headers['content-length'] = String(body.length)
  delete request.headers['transfer-encoding']
  Object.defineProperty(request, 'readable', { value: true })
  Object.defineProperty(request, 'iterator', { value: again.iterator.bind(again) })
}
