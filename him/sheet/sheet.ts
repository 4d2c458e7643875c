/** One element of a Parameters: a name, and a value or parts. */
export interface ParameterPart {
  name: string
  [value: `value${string}`]: unknown
  part?: readonly ParameterPart[]
}

/** Something that is told of a sheet as a whole. */
export interface Fact {
  name: string
  /** For people. */
  title: string
  /** A text of a moment or words, or how many. */
  value: string | number
}

/** A small table in front of the rows: a summary. */
export interface Summary {
  name: string
  title: string
  /** What the lines are of, for people. */
  of: string
  lines: readonly (readonly [name: string, count: number])[]
}

export interface Column<R> {
  /** In CSV: letters. */
  name: string
  /** For people. */
  title: string
  /** '' where there is nothing to tell. */
  text(row: R): string
}

/** Rows of one kind and what is told of them, in whatever form it is sent. */
export interface Sheet<R> {
  title: string
  facts: readonly Fact[]
  summaries?: readonly Summary[]
  columns: readonly Column<R>[]
  /** Of a parameter that is a row: `access`. */
  rowName: string
  /** A row as parts of its parameter; parts without a value are left out. */
  parts(row: R): readonly ParameterPart[]
  /** To be walked once, as they are sent. */
  rows: AsyncIterable<R>
  /** Whether a row stands out. */
  marked?(row: R): boolean
  /** What is known when the rows have been walked. */
  ends(): readonly Fact[]
}
