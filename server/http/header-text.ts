import { isUtf8 } from 'node:buffer'

/** The text of a header; undefined where there is none. Node reads headers as Latin-1: what can be UTF-8 is. */
export function headerText(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const bytes = Buffer.from(String(header), 'latin1')
  return isUtf8(bytes) ? bytes.toString() : String(header)
}
