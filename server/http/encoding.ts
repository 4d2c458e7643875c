import { promisify } from 'node:util'
import { createBrotliDecompress, createGunzip, createInflate, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest, preParsingHookHandler } from 'fastify'
import { FhirError } from '../../resources/fhir-error.ts'

const gzipped = promisify(gzip)

/** Below this a compressed body saves no packet. */
const LEAST = 1400

/** Compresses a body where the client takes gzip and it pays; sets the headers that go with it. */
export async function compressed(body: Buffer, request: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
  if (body.length < LEAST) return body
  reply.header('vary', 'Accept-Encoding, Accept')
  if (!takesGzip(request.headers['accept-encoding'])) return body
  reply.header('content-encoding', 'gzip')
  return gzipped(body, { level: 5 })
}

/** Unpacks a body that came compressed; Fastify's body limit then counts the unpacked bytes. */
export const unpackBody: preParsingHookHandler = (request, reply, payload, done) => {
  const encoding = request.headers['content-encoding']?.toLowerCase()
  if (encoding === undefined || encoding === 'identity') return done(null, payload)
  const stream = unpacker(encoding)
  if (!stream) return done(FhirError.of('unsupported-media', 'Content-Encoding may be gzip, deflate or br.'))
  // What stands in Content-Length is the packed size, which tells nothing of what is read here.
  delete request.headers['content-length']
  payload.on('error', (error) => stream.destroy(error))
  // A body refused for its size would go on unpacking to nobody.
  reply.raw.on('close', () => stream.destroy())
  done(null, payload.pipe(stream))
}

function unpacker(encoding: string) {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      return undefined
  }
}

/** Whether a client takes gzip. RFC 9110, 12.5.3: a coding's own weight counts before that of `*`. */
export function takesGzip(header: string | string[] | undefined): boolean {
  if (header === undefined) return false
  const weights = new Map<string, number>()
  for (const part of String(header).toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const q = parameters.find((parameter) => /^q\s*=/.test(parameter))
    weights.set(coding === 'x-gzip' ? 'gzip' : coding, q === undefined ? 1 : Number(q.split('=')[1]) || 0)
  }
  const gzip = weights.get('gzip') ?? weights.get('*') ?? 0
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0)
}
