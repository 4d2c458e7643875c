import type { Place, Run } from '../place.ts'
import { doubtful } from './finding.ts'

/** A string does not begin or end with white space: searches and people read past it, and comparisons fail. */
export function checkString(place: Place, run: Run): void {
  const { value } = place
  if (typeof value !== 'string' || value.trim().length === value.length) return
  run.report(place, doubtful('string-trim', 'There is white space at the beginning or the end.'))
}
