import type { Readable } from 'node:stream'

/** A line of NDJSON, without its end, and its number in the file. */
export interface Line {
  number: number
  bytes: Buffer
}

/** Bytes of one line; no server takes a larger resource. */
const LONGEST = 128 * 1024 * 1024

const NEWLINE = 0x0a
const RETURN = 0x0d

/**
 * The lines of a stream that are not blank. They end at line feeds alone, as bytes: JSON strings may hold other
 * characters that readline takes for ends, and what is no UTF-8 must not be made into something else.
 */
export async function* linesOf(stream: Readable): AsyncGenerator<Line> {
  let number = 0
  let begun: Buffer[] = []
  let length = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const line = lineOf([...begun, chunk.subarray(from, end)], ++number)
      if (line) yield line
      begun = []
      length = 0
      from = end + 1
    }
    begun.push(chunk.subarray(from))
    length += chunk.length - from
    if (length > LONGEST) throw new Error(`line ${number + 1} has more than ${LONGEST} bytes`)
  }
  const last = lineOf(begun, ++number)
  if (last) yield last
}

function lineOf(parts: Buffer[], number: number): Line | undefined {
  const joined = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  const end = joined.at(-1) === RETURN ? joined.length - 1 : joined.length
  const bytes = joined.subarray(0, end)
  return bytes.every((byte) => byte === 0x20 || byte === 0x09) ? undefined : { number, bytes }
}
