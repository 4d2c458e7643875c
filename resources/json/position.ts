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
  let next = text.indexOf(LINE_FEED)
  // Up to where the line was counted: one line may be a whole body, with thousands of places in it.
  let counted = 0
  let column = 1
  for (const { offset, at } of ascending) {
    while (next >= 0 && next < offset) {
      line++
      counted = next + 1
      column = 1
      next = text.indexOf(LINE_FEED, counted)
    }
    column += text.toString('utf8', counted, offset).length
    counted = offset
    positions[at] = { line, column }
  }
  return positions
}
