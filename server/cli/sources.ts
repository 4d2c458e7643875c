import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PassThrough, type Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { type Line, linesOf } from './lines.ts'

/** One piece of input: a JSON document, or lines of NDJSON that are sent together. */
export type Piece = { name: string; bytes: Buffer; lines?: never } | { name: string; lines: Line[]; bytes?: never }

/** Lines that go into one batch at the most, and the bytes after which no more join. */
const BATCH_LINES = 500
const BATCH_BYTES = 4 * 1024 * 1024

/** Bytes of one JSON document, unpacked; no server takes more. */
const MOST = 512 * 1024 * 1024

const ENDINGS = /\.(json|ndjson|jsonl|json\.gz|ndjson\.gz|jsonl\.gz|tar\.gz|tgz|tar)$/i

/**
 * The files that the arguments name, folders opened with what is below them, in the order of their names; with their
 * sizes. Throws when one does not exist or fits nothing.
 */
export async function listFiles(paths: readonly string[]): Promise<{ path: string; size: number }[]> {
  const files: { path: string; size: number }[] = []
  for (const path of paths) {
    const info = await stat(path)
    if (info.isDirectory()) {
      const entries = await readdir(path, { withFileTypes: true })
      const inner = entries.filter((entry) => entry.isDirectory() || (entry.isFile() && ENDINGS.test(entry.name)))
      files.push(...(await listFiles(inner.map(({ name }) => join(path, name)).sort())))
    } else if (ENDINGS.test(path)) files.push({ path, size: info.size })
    else throw new Error(`${path}: expected .json, .ndjson, either with .gz, or .tar.gz`)
  }
  return files
}

/** Reads a file piece by piece; `read` is told how many bytes of the file were taken since last time. */
export async function* readPieces(path: string, read: (bytes: number) => void): AsyncGenerator<Piece> {
  const source = createReadStream(path).pipe(counting(read))
  const stream = /\.(gz|tgz)$/i.test(path) ? unzipped(source) : source
  const name = basename(path)
  if (/\.(tar\.gz|tgz|tar)$/i.test(name)) yield* tarPieces(name, stream)
  else yield* filePieces(name, stream)
}

async function* tarPieces(archive: string, stream: Readable): AsyncGenerator<Piece> {
  const entries = extract()
  stream.on('error', (error) => entries.destroy(error))
  stream.pipe(entries)
  for await (const entry of entries) {
    const { name, type } = entry.header
    if (type !== 'file' || !ENDINGS.test(name)) {
      entry.resume()
      continue
    }
    const content = /\.gz$/i.test(name) ? unzipped(entry.pipe(new PassThrough())) : entry.pipe(new PassThrough())
    yield* filePieces(`${archive}/${printable(name)}`, content)
  }
}

async function* filePieces(name: string, stream: Readable): AsyncGenerator<Piece> {
  if (!/\.(ndjson|jsonl)(\.gz)?$/i.test(name)) {
    yield { name, bytes: await whole(stream) }
    return
  }
  let lines: Line[] = []
  let bytes = 0
  for await (const line of linesOf(stream)) {
    lines.push(line)
    bytes += line.bytes.length
    if (lines.length < BATCH_LINES && bytes < BATCH_BYTES) continue
    yield { name, lines }
    lines = []
    bytes = 0
  }
  if (lines.length > 0) yield { name, lines }
}

async function whole(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST) throw new Error(`a document of more than ${MOST} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function unzipped(source: Readable): Readable {
  const stream = createGunzip()
  source.on('error', (error) => stream.destroy(error))
  return source.pipe(stream)
}

/** A name from an archive, as it may go to a terminal. */
function printable(name: string): string {
  return name.replace(/\p{C}/gu, '?')
}

function counting(read: (bytes: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read(chunk.length)
      done(null, chunk)
    },
  })
}
