import { resourceTypes } from '../../definitions/definitions.ts'
import type { Place, Run } from '../place.ts'
import { unfit } from './finding.ts'

/** SearchParameter: a composite has its components, and an expression speaks of a type that is searched (R4 searchparameter.html). */
export function checkSearchParameter(place: Place, run: Run): void {
  const { type, component, base, expression } = place.value as {
    type?: string
    component?: readonly unknown[]
    base?: readonly string[]
    expression?: string
  }
  if (type === 'composite' && (component?.length ?? 0) < 2)
    run.report(place, unfit('search-parameter-composite', 'A composite parameter has two components at the least.'))
  if (expression === undefined || base === undefined) return
  const roots = rootsOf(expression)
  if (
    !roots ||
    roots.some((root) => base.includes(root) || base.includes('Resource') || base.includes('DomainResource'))
  )
    return
  run.report(
    place,
    unfit('search-parameter-base', `The expression speaks of none of ${base.join(', ')}.`),
    'expression',
  )
}

/** The types that the parts of an expression begin with; undefined where one begins with something else. */
function rootsOf(expression: string): string[] | undefined {
  const roots = expression.split('|').map((part) => /^[\s(]*([A-Z][A-Za-z]+)(?=[.\s)]|$)/.exec(part)?.[1] ?? '')
  return roots.every((root) => resourceTypes.has(root)) ? roots : undefined
}
