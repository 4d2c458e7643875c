import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough, type Readable, Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'

/** One piece of input: a JSON document, or lines of NDJSON that belong together. */
export interface Piece {
  /** File, and within an archive or NDJSON file the place in it. */
  name: string
  bytes: Buffer
  /** Of NDJSON: the number of each line in the file. */
  lines?: number[]
}

/** Lines of NDJSON that go into one batch. */
const LINES = 500

const ENDINGS = /\.(json|ndjson|jsonl|json\.gz|ndjson\.gz|jsonl\.gz|tar\.gz|tgz|tar)$/i

/** The files that the arguments name, folders opened; with their sizes. Throws when one does not exist or fits nothing. */
export async function listFiles(paths: readonly string[]): Promise<{ path: string; size: number }[]> {
  const files: { path: string; size: number }[] = []
  for (const path of paths) {
    const info = await stat(path)
    if (info.isDirectory()) {
      const names = (await readdir(path)).filter((name) => ENDINGS.test(name)).sort()
      files.push(...(await listFiles(names.map((name) => join(path, name)))))
    } else if (ENDINGS.test(path)) files.push({ path, size: info.size })
    else throw new Error(`${path}: expected .json, .ndjson, either with .gz, or .tar.gz`)
  }
  return files
}

/** Reads a file piece by piece; `read` is told how many bytes of the file were taken since last time. */
export async function* readPieces(path: string, read: (bytes: number) => void): AsyncGenerator<Piece> {
  const source = createReadStream(path).pipe(counting(read))
  const stream = /\.(gz|tgz)$/i.test(path) ? source.pipe(createGunzip()) : source
  source.on('error', (error) => stream.destroy(error))
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
    if (type === 'file' && ENDINGS.test(name)) {
      yield* filePieces(
        `${archive}/${name}`,
        /\.gz$/i.test(name) ? entry.pipe(createGunzip()) : entry.pipe(new PassThrough()),
      )
    } else entry.resume()
  }
}

async function* filePieces(name: string, stream: Readable): AsyncGenerator<Piece> {
  if (!/\.(ndjson|jsonl)(\.gz)?$/i.test(name)) {
    yield { name, bytes: await buffer(stream) }
    return
  }
  let texts: string[] = []
  let lines: number[] = []
  let at = 0
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    at++
    if (line.trim() === '') continue
    texts.push(line)
    lines.push(at)
    if (lines.length < LINES) continue
    yield { name, bytes: Buffer.from(texts.join('\n')), lines }
    texts = []
    lines = []
  }
  if (lines.length > 0) yield { name, bytes: Buffer.from(texts.join('\n')), lines }
}

function counting(read: (bytes: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read(chunk.length)
      done(null, chunk)
    },
  })
}
