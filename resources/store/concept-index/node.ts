/** What a code has in an index. */
export interface ConceptNode {
  /** Where the records of the code begin in the walk through the hierarchy, and where what is below it ends. */
  place: number
  end: number
  /** Ordinals of its records, the oldest first. */
  records: number[]
  /** Stretches of places (first, behind the last) that are below it too, by further parents. */
  more: number[]
  /** Ordinals of the records that name it as a parent, in the order of the source. */
  children: number[]
}

/** A node as bytes: unsigned 32-bit integers, little end first. */
export function encodeNode({ place, end, records, more, children }: ConceptNode): Uint8Array {
  const numbers = [place, end, records.length, more.length, ...records, ...more]
  const bytes = new Uint8Array((numbers.length + children.length) * 4)
  const view = new DataView(bytes.buffer)
  for (const [at, number] of numbers.entries()) view.setUint32(at * 4, number, true)
  for (const [at, number] of children.entries()) view.setUint32((numbers.length + at) * 4, number, true)
  return bytes
}

export function decodeNode(bytes: Uint8Array): ConceptNode {
  const numbers = numbersOf(bytes)
  const [place = 0, end = 0, records = 0, more = 0] = numbers
  const behind = 4 + records + more
  return {
    place,
    end,
    records: numbers.slice(4, 4 + records),
    more: numbers.slice(4 + records, behind),
    children: numbers.slice(behind),
  }
}

/** Unsigned 32-bit integers from their bytes. */
export function numbersOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length >>> 2 }, (_, at) => view.getUint32(at * 4, true))
}

/** Bytes of unsigned 32-bit integers. */
export function bytesOf(numbers: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < numbers.length; at++) view.setUint32(at * 4, numbers[at]!, true)
  return bytes
}
