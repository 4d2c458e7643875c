import { FhirError } from '../resources/fhir-error.ts'

/** An answer that is made while it is sent. */
export interface AnswerStream {
  mediaType: string
  /** Under which name a browser keeps it; without, it is shown. */
  fileName?: string
  /** To be walked once. What it throws means that the rest is missing. */
  chunks: AsyncIterable<string>
  /** Ends the work where the pieces are not walked to their end. May be called at any time, and again. */
  end(): Promise<void>
}

/**
 * Asks for the first piece, so that what fails before it can be answered as an error. Throws what making it throws.
 */
export async function begun(source: AsyncIterable<string>): Promise<Pick<AnswerStream, 'chunks' | 'end'>> {
  const iterator = source[Symbol.asyncIterator]()
  const first = await iterator.next()
  let ended = first.done === true
  const end = async () => {
    if (ended) return
    ended = true
    await iterator.return?.()
  }
  async function* all() {
    if (first.done) return
    try {
      yield first.value
      for (;;) {
        const next = await iterator.next()
        if (next.done) {
          ended = true
          return
        }
        yield next.value
      }
    } finally {
      await end()
    }
  }
  return { chunks: all(), end }
}

/** Bytes of a streamed answer that an entry of a Bundle holds at the most. */
const MOST = 12 * 1024 * 1024

/** All of a stream as one. Throws `too-large` for what no entry of a Bundle should hold. */
export async function collected({ chunks }: Pick<AnswerStream, 'chunks'>): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    const piece = Buffer.from(chunk)
    bytes += piece.length
    if (bytes > MOST) throw tooMuch()
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function tooMuch(): FhirError {
  const words = `This would hold more than ${MOST} bytes in a Bundle; ask for it by itself.`
  return FhirError.of('too-large', words, { code: 'too-costly' })
}
