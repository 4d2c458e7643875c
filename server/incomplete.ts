import { FhirError, type Issue } from '../resources/fhir-error.ts'
import { APART } from '../search/apart.ts'
import type { AskedParameter } from '../search/asked.ts'
import type { Services } from './call.ts'

/** Parameters that are named in one issue at the most. */
const MOST_NAMED = 10

/** Warnings for an answer that rests on parameters which resources may lack entries of. */
export function incompleteIssues(asked: readonly AskedParameter[], { reindex }: Services): Issue[] {
  // Events of the log are indexed as they are looked at.
  const indexed = asked.filter(({ type }) => !APART.has(type))
  const pending = indexed.filter((one) => reindex.lack(one) === 'pending')
  const overrun = indexed.filter((one) => reindex.lack(one) === 'overrun')
  return [
    ...(pending.length > 0 ? [warning(`Older resources are not all indexed by ${named(pending)} yet`)] : []),
    ...(overrun.length > 0
      ? [warning(`Some resources could not be indexed by ${named(overrun)}, which took too long`)]
      : []),
  ]
}

/**
 * Throws where resources may lack entries of a parameter that something rests on which has to be right: `unavailable` for as
 * long as the index is being made, `conflict` where it cannot be until the parameter is changed. To go on would make a
 * resource twice, or take another for the one that is meant.
 */
export function demandComplete(asked: readonly AskedParameter[], services: Services): void {
  const [first, ...more] = incompleteIssues(asked, services)
  if (!first) return
  const isPending = asked.some((one) => !APART.has(one.type) && services.reindex.lack(one) === 'pending')
  throw new FhirError(
    isPending ? 'unavailable' : 'conflict',
    [first, ...more].map((issue) => ({ ...issue, severity: 'error' })),
  )
}

function warning(what: string): Issue {
  const diagnostics = `${what}: matches may be missing, and where :not or :missing is asked, there may be too many.`
  return { severity: 'warning', code: 'incomplete', diagnostics }
}

function named(asked: readonly AskedParameter[]): string {
  const names = asked.slice(0, MOST_NAMED).map(({ type, code }) => `${type}.${code}`)
  if (asked.length > MOST_NAMED) names.push(`${asked.length - MOST_NAMED} other parameters`)
  return names.join(', ')
}
