import type { Group, Target } from './concept-map.ts'

/** Equivalences that say of the target what its opposite says of the source. */
const OPPOSITES: Readonly<Record<string, string>> = {
  wider: 'narrower',
  narrower: 'wider',
  subsumes: 'specializes',
  specializes: 'subsumes',
}

/** The equivalence of a mapping that is read from its target to its source. */
export function mirrored(equivalence: string): string {
  return OPPOSITES[equivalence] ?? equivalence
}

/** The codes that are mapped to a code, as targets; undefined for none. */
export function reversedElements({ element = [] }: Group, code: string): readonly Target[] | undefined {
  const found = element.flatMap(({ code: source, display, target = [] }) =>
    target
      .filter((one) => one.code === code)
      .map(({ equivalence, comment }) => ({
        ...(source === undefined ? {} : { code: source }),
        ...(display === undefined ? {} : { display }),
        ...(equivalence === undefined ? {} : { equivalence }),
        ...(comment === undefined ? {} : { comment }),
      })),
  )
  return found.length === 0 ? undefined : found
}
