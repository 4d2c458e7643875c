import { createReadStream } from 'node:fs'
import { type Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Faults } from './faults.ts'

/** How files are read: who is told what is wrong with them, and how many of their bytes were taken. */
export interface Reading {
  faults: Faults
  /** Bytes of the file itself, packed where it is. */
  read(bytes: number): void
}

/** A line of a file, without its end, and its number from 1 on. */
export interface Line {
  number: number
  text: string
}

/** Bytes of one line; no public file has longer ones. */
const LONGEST = 1024 * 1024

/** The bytes of a file, those of a `.gz` unpacked. */
export function openBytes(path: string, { read }: Reading): Readable {
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read(chunk.length)
      done(null, chunk)
    },
  })
  const file = createReadStream(path)
  file.on('error', (error) => counting.destroy(error))
  const bytes = file.pipe(counting)
  if (!/\.gz$/i.test(path)) return bytes
  const unpacked = createGunzip()
  counting.on('error', (error) => unpacked.destroy(error))
  return bytes.pipe(unpacked)
}

/** The lines of a file of UTF-8 that are not blank; one that is no UTF-8 is a fault. */
export async function* linesOf(path: string, reading: Reading): AsyncGenerator<Line> {
  let number = 0
  for await (const bytes of byteLines(openBytes(path, reading))) {
    number++
    const text = bytes.toString('utf8')
    if (text.includes('\uFFFD') && !bytes.includes('\uFFFD')) reading.faults.add(path, number, 'no UTF-8')
    else if (text.trim() !== '') yield { number, text: number === 1 ? text.replace(/^\uFEFF/, '') : text }
  }
}

/** Lines without their ends (`\n`, `\r\n`). */
async function* byteLines(stream: Readable): AsyncGenerator<Buffer> {
  let begun = Buffer.alloc(0)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = begun.length > 0 ? Buffer.concat([begun, chunk]) : chunk
    let from = 0
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      yield bytes.subarray(from, bytes[end - 1] === 0x0d && end > from ? end - 1 : end)
      from = end + 1
    }
    begun = Buffer.from(bytes.subarray(from))
    if (begun.length > LONGEST) throw new Error(`a line of more than ${LONGEST} bytes`)
  }
  if (begun.length > 0) yield begun.at(-1) === 0x0d ? begun.subarray(0, -1) : begun
}
