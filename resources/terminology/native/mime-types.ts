import type { Concept } from '../concept.ts'

/** RFC 6838 names of at most 127 characters, and the trees of types that are registered. */
const NAME = '[a-z0-9][a-z0-9!#$&^_.+-]{0,126}'
const PARAMETER = `[ \\t]*;[ \\t]*[a-z0-9!#$%&'*+.^_\`|~-]{1,127}=(?:[a-z0-9!#$%&'*+.^_\`|~:/-]{1,256}|"[^"\\\\]{0,256}")`
const MIME_TYPE = new RegExp(
  `^(?:application|audio|chemical|font|haptics|image|message|model|multipart|text|video|x-[a-z0-9-]{1,32})/${NAME}(?:${PARAMETER}){0,16}$`,
  'i',
)

/** A MIME type of BCP 13, with parameters where it has some; undefined for what is none. */
export function mimeTypeOf(code: string): Concept | undefined {
  return code.length <= 1000 && MIME_TYPE.test(code) ? { code, display: code } : undefined
}
