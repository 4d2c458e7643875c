import { expressionOf } from '../place.ts'
import type { Checking, Conformance } from './checking.ts'

/** Most faults that are told of one profile that a value fails. */
const MOST_FAULTS = 3

/** Carries a check out silently: whether there is an error, and the first ones. `depth` counts references that were followed. */
export function probe(
  around: Checking,
  profile: string,
  depth: number,
  check: (checking: Checking) => void,
): Conformance {
  const faults: string[] = []
  let unknown = false
  check({
    run: around.run,
    profile,
    depth,
    silent: true,
    report(place, { severity, diagnostics }, member) {
      if (severity !== 'error' && severity !== 'fatal') return
      if (faults.length >= MOST_FAULTS) return
      const at = expressionOf(place)
      faults.push(`${member === undefined ? at : `${at}.${member}`}: ${diagnostics}`)
    },
    over: () => faults.length >= MOST_FAULTS,
    wait() {
      unknown = true
    },
  })
  if (faults.length > 0) return { conforms: false, faults }
  return { conforms: unknown ? undefined : true, faults }
}
