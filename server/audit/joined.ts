import type { Around, Found } from '../../search/searcher.ts'

/** The texts of what was found in what `Searcher.joined` makes of them: parts of it, in their order, not copied. */
export function* textsIn(
  joined: Buffer,
  found: readonly Found[],
  around: Around,
): Generator<[type: string, text: Buffer]> {
  const { beforeName, behindName, behind } = around
  const head = Buffer.byteLength(beforeName) + '/'.length + Buffer.byteLength(behindName)
  const tail = Buffer.byteLength(behind) + ','.length
  let at = 0
  for (const { type, id, bytes } of found) {
    // Types and ids are ASCII.
    const start = at + head + type.length + id.length
    yield [type, joined.subarray(start, start + bytes)]
    at = start + bytes + tail
  }
}
