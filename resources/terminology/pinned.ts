import { canonicalParts } from '../conformance/canonicals.ts'
import { FhirError } from '../fhir-error.ts'
import type { ExpandQuestion } from './answers.ts'
import type { Pinned } from './compose/resolve.ts'

/** Code systems are taken in the versions that a value set tells, else in the newest. */
export function unpinned(day: string | undefined): Pinned {
  return { day, version: (_, told) => told, usual: true }
}

/** As $expand is told: `system-version` where the value set tells none, `check-…` where another is an error, `force-…` always. */
export function pinnedBy(question: ExpandQuestion): Pinned {
  const { systemVersions, checkSystemVersions, forceSystemVersions } = question
  if (!systemVersions?.length && !checkSystemVersions?.length && !forceSystemVersions?.length) {
    return unpinned(question.day)
  }
  const usual = versionsOf(systemVersions)
  const checked = versionsOf(checkSystemVersions)
  const forced = versionsOf(forceSystemVersions)
  return {
    day: question.day,
    version: (system, told) => {
      const must = checked.get(system)
      if (must !== undefined && told !== undefined && told !== must && !told.startsWith(`${must}.`)) {
        throw FhirError.of('unprocessable', `The value set has version ${told} of ${system}, not ${must}`, {
          code: 'business-rule',
        })
      }
      return forced.get(system) ?? told ?? must ?? usual.get(system)
    },
  }
}

function versionsOf(canonicals: readonly string[] = []): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const canonical of canonicals) {
    const { url, version } = canonicalParts(canonical)
    if (version !== undefined) found.set(url, version)
  }
  return found
}
