/** A place in a text as editors tell it: from 1 on, columns in UTF-16 units. */
export interface Position {
  line: number
  column: number
}

const LINE_FEED = 0x0a

/** Positions of byte offsets in a text, in their order; in one pass however many they are. */
export function positionsOf(text: Buffer, offsets: readonly number[]): Position[] {
  const positions = new Array<Position>(offsets.length)
  const ascending = offsets.map((offset, at) => ({ offset, at })).sort((one, other) => one.offset - other.offset)
  let line = 1
  let lineStart = 0
  for (const { offset, at } of ascending) {
    let next = text.indexOf(LINE_FEED, lineStart)
    while (next >= 0 && next < offset) {
      line++
      lineStart = next + 1
      next = text.indexOf(LINE_FEED, lineStart)
    }
    positions[at] = { line, column: text.toString('utf8', lineStart, offset).length + 1 }
  }
  return positions
}
