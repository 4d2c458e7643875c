import { pipeline, type Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { FhirError } from '../../fhir-error.ts'

/** Gives the bytes of a package, each time from their beginning. */
export type PackageSource = () => Readable

/** A file at the top of the folder `package/`. */
export interface PackageFile {
  /** With its folder: `package/ValueSet-a.json`. */
  name: string
  text: Buffer
}

/** Bytes of all that is in a package, and files of it: a bomb has more. */
const MOST_BYTES = 512 * 1024 * 1024
const MOST_FILES = 100_000

/** Bytes of one file that is read. */
const MOST_OF_FILE = 12 * 1024 * 1024

/**
 * The JSON files at the top of the folder `package/` whose names are wanted, in their order; examples and all else is passed
 * over, and nothing is ever written to disk. Throws `invalid` for what is no gzipped tar, or has more in it than is sane:
 * `most` bytes.
 */
export async function* filesOf(
  open: PackageSource,
  wanted: (name: string) => boolean,
  most = MOST_BYTES,
): AsyncGenerator<PackageFile> {
  const archive = extract()
  pipeline(open(), createGunzip(), bounded(most), archive, () => undefined)
  let files = 0
  try {
    for await (const entry of archive) {
      files++
      if (files > MOST_FILES) throw refusal(`It has more than ${MOST_FILES} files.`)
      const { name, type } = entry.header
      demandPlain(name)
      const file = /^(?:\.\/)?package\/([^/]+\.json)$/.exec(name)?.[1]
      if (type === 'file' && file !== undefined && !file.startsWith('.') && wanted(file)) {
        yield { name: `package/${file}`, text: await whole(entry, file) }
      } else {
        entry.resume()
      }
    }
  } catch (error) {
    if (error instanceof FhirError || isOfFile(error)) throw error
    throw refusal(`It is no gzipped tar (${wordsOf(error)}).`)
  } finally {
    archive.destroy()
  }
}

/** Whether it is the file itself that cannot be read. */
function isOfFile(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

/** Nothing is written by these names; one that tries to leave its folder comes of nobody who means well. */
function demandPlain(name: string): void {
  if (name.startsWith('/') || name.includes('\\') || name.split('/').includes('..')) {
    throw refusal('It has a file with a path that leads out of it.')
  }
}

async function whole(entry: AsyncIterable<unknown>, file: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of entry as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_OF_FILE) throw refusal(`package/${printable(file)} has more than ${MOST_OF_FILE} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function bounded(most: number): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > most) done(refusal(`It has more than ${most} bytes in it.`))
      else done(null, chunk)
    },
  })
}

/** What is said of a package that is not taken. */
export function refusal(words: string): FhirError {
  return FhirError.of('invalid', `This package is not taken. ${words}`, { code: 'invalid' })
}

/** A text without the byte order mark that some tools begin files with. */
export function withoutMark(text: Buffer): Buffer {
  return text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf ? text.subarray(3) : text
}

/** A name of a package, as it may go to a terminal. */
export function printable(name: string): string {
  return name.slice(0, 200).replace(/\p{C}/gu, '?')
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? printable(error.message) : 'unreadable'
}
