import { createHash } from 'node:crypto'
import type { Place, Run } from '../place.ts'
import { wrong } from './finding.ts'

/** Attachment: size and hash are those of the data, where it is within (R4 datatypes.html#Attachment). */
export function checkAttachment(place: Place, run: Run): void {
  const { data, size, hash } = place.value as { data?: string; size?: number; hash?: string }
  if (data === undefined || (size === undefined && hash === undefined)) return
  const bytes = Buffer.from(data, 'base64')
  if (size !== undefined && size !== bytes.length)
    run.report(place, wrong('attachment-size', `The data has ${bytes.length} bytes, not ${size}.`), 'size')
  if (hash !== undefined && !isHashOf(hash.replace(/\s+/g, ''), bytes))
    run.report(place, wrong('attachment-hash', 'The hash is not the SHA-1 of the data.'), 'hash')
}

/** The digest in base64; many have its hexadecimal digits in base64, which the specification does not rule out. */
function isHashOf(hash: string, bytes: Buffer): boolean {
  const digest = createHash('sha1').update(bytes).digest()
  if (hash === digest.toString('base64')) return true
  const hexadecimal = Buffer.from(hash, 'base64').toString('latin1')
  return hexadecimal.toLowerCase() === digest.toString('hex')
}
