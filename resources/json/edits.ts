/** A stretch of a text that is to be replaced; offsets are bytes of the text as it is. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** A text after its edits. */
export interface Edited {
  text: Buffer
  /** Offset at which the text of the edit asked for begins. */
  at: number
}

/** Applies edits that do not overlap, in one copy; all else stays to the byte. `asked` is one of the edits. */
export function applyEdits(text: Buffer, edits: Edit[], asked: Edit): Edited {
  edits.sort((one, other) => one.start - other.start)
  let size = text.length
  for (const edit of edits) size += Buffer.byteLength(edit.text) - (edit.end - edit.start)
  const edited = Buffer.allocUnsafe(size)
  let from = 0
  let to = 0
  let at = 0
  for (const edit of edits) {
    to += text.copy(edited, to, from, edit.start)
    if (edit === asked) at = to
    to += edited.write(edit.text, to)
    from = edit.end
  }
  text.copy(edited, to, from)
  return { text: edited, at }
}
