import { membersOf } from '../resources/definitions/definitions.ts'
import type { SearchParameterTable } from '../resources/definitions/shapes.ts'
import { compileRoutes, type Route } from '../resources/path/routes.ts'

/**
 * The types that a reference parameter of a type may lead to; none where it may be any. R4 says it for all types that
 * have a parameter at once (`patient`: Group or Patient), the elements that it leads to say it more closely.
 */
export function narrowedTargets({ type, expression, targets = [] }: SearchParameterTable, typeName: string): string[] {
  const routes = type === 'reference' ? compileRoutes(expression, typeName) : undefined
  if (!routes || routes.length === 0) return targets
  const allowed = routes.map((route) => targetsAt(route, typeName))
  if (allowed.some((types) => types === undefined)) return targets
  const some = new Set(allowed.flatMap((types) => types ?? []))
  const narrowed = targets.length === 0 ? [...some] : targets.filter((target) => some.has(target))
  // None would stand for any.
  return narrowed.length > 0 ? narrowed : targets
}

/** What the element at the end of a route may refer to; undefined where it may be anything. */
function targetsAt({ moves }: Route, typeName: string): readonly string[] | undefined {
  let type = typeName
  let targets: readonly string[] | undefined
  for (const move of moves) {
    if (move.kind === 'refersTo') return [move.type]
    if (move.kind !== 'member') continue
    const member = membersOf(type).get(move.name)
    targets = member?.element.targets
    type = member?.type ?? ''
  }
  return targets
}

/** Whether a reference parameter of a type selects canonicals, and nothing else. */
export function canonicalsOf(
  { type, expression }: SearchParameterTable,
  typeName: string,
): 'only' | 'also' | undefined {
  const routes = (type === 'reference' ? compileRoutes(expression, typeName) : undefined) ?? []
  const canonicals = routes.filter((route) => route.type === 'canonical')
  if (canonicals.length === 0) return undefined
  return canonicals.length === routes.length ? 'only' : 'also'
}
