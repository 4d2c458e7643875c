import { FhirError } from '../../resources/fhir-error.ts'
import type { IndexChange } from '../../resources/store/port.ts'

/** Commits changes, in smaller parts where they are too large for the store; answers those that are so alone. */
export async function tooLargeOf(
  changes: IndexChange[],
  commit: (some: IndexChange[]) => Promise<void>,
): Promise<IndexChange[]> {
  try {
    await commit(changes)
    return []
  } catch (error) {
    if (!(error instanceof FhirError) || error.kind !== 'too-large') throw error
  }
  if (changes.length < 2) return changes
  const middle = Math.ceil(changes.length / 2)
  const first = await tooLargeOf(changes.slice(0, middle), commit)
  return [...first, ...(await tooLargeOf(changes.slice(middle), commit))]
}
