import { isObject, type JsonObject, type JsonValue } from '../json/lossless.ts'
import { malformed, unfit } from './operation-error.ts'
import { ownMember, setMember } from './tree.ts'

/** The reference tokens of a JSON Pointer, unescaped. None stand for the whole document. */
export type Pointer = readonly string[]

/** Parses a JSON Pointer (RFC 6901, sections 3 and 4). */
export function parsePointer(text: string): Pointer {
  if (text === '') return []
  if (!text.startsWith('/')) throw malformed('a JSON Pointer is empty or starts with "/"')
  if (/~(?![01])/.test(text)) throw malformed('in a JSON Pointer "~" stands only in "~0" and "~1"')
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Whether `one` is a place within `other`, or `other` itself. */
export function isWithin(one: Pointer, other: Pointer): boolean {
  return other.every((token, index) => one[index] === token)
}

/** The one member of the object that `Places` keeps its document in, which gives the whole document a holder. */
const ROOT = ''

/** A document whose values are reached by pointers. Changes it in place. */
export class Places {
  private readonly top: JsonObject

  constructor(document: JsonValue) {
    this.top = { [ROOT]: document }
  }

  get document(): JsonValue {
    return this.top[ROOT]!
  }

  /** The value at a pointer. Throws when there is none. */
  get(pointer: Pointer): JsonValue {
    return [ROOT, ...pointer].reduce<JsonValue>(member, this.top)
  }

  /** RFC 6902, section 4.1. */
  add(pointer: Pointer, value: JsonValue): void {
    const { holder, token } = this.holderOf(pointer)
    if (Array.isArray(holder)) {
      const index = token === '-' ? holder.length : listIndex(token)
      if (index > holder.length) throw unfit('the index is past the end of the list')
      holder.splice(index, 0, value)
    } else if (isObject(holder)) {
      setMember(holder, token, value)
    } else {
      throw missing()
    }
  }

  /** RFC 6902, section 4.2: the value must be there. Returns it. */
  remove(pointer: Pointer): JsonValue {
    if (pointer.length === 0) throw unfit('the whole document cannot be removed')
    const { holder, token } = this.holderOf(pointer)
    const value = member(holder, token)
    if (Array.isArray(holder)) holder.splice(listIndex(token), 1)
    else if (isObject(holder)) delete holder[token]
    return value
  }

  /** RFC 6902, section 4.3: the value must be there. */
  replace(pointer: Pointer, value: JsonValue): void {
    const { holder, token } = this.holderOf(pointer)
    member(holder, token)
    if (Array.isArray(holder)) holder[listIndex(token)] = value
    else if (isObject(holder)) setMember(holder, token, value)
  }

  private holderOf(pointer: Pointer): { holder: JsonValue; token: string } {
    if (pointer.length === 0) return { holder: this.top, token: ROOT }
    return { holder: this.get(pointer.slice(0, -1)), token: pointer.at(-1)! }
  }
}

function member(holder: JsonValue, token: string): JsonValue {
  let value: JsonValue | undefined
  if (Array.isArray(holder)) value = holder[listIndex(token)]
  else if (isObject(holder)) value = ownMember(holder, token)
  if (value === undefined) throw missing()
  return value
}

/** RFC 6901, section 4: digits without leading zeros; `-` is the place behind the last item, where no value is. */
function listIndex(token: string): number {
  if (token === '-') throw missing()
  if (!/^(?:0|[1-9]\d*)$/.test(token)) throw unfit('a place in a list is named by its index, without leading zeros')
  return Number(token)
}

function missing(): Error {
  return unfit('there is no such place in the document')
}
