import type { SearchParameterTable, SearchType } from '../resources/definitions/shapes.ts'
import { compileRoutes } from '../resources/path/routes.ts'

/** Types whose criteria may be met by any of several parameters just as by one of all their values. */
const UNITED: ReadonlySet<SearchType> = new Set(['token', 'quantity'])

/**
 * Parameters that select exactly what several others of their type select together, with the codes of those
 * (Observation's `combo-code` is `code` and `component-code`): their values need not be indexed twice.
 */
export function unionsAmong(tables: readonly SearchParameterTable[], typeName: string): Map<string, string[]> {
  const routed = tables
    .filter(({ type }) => UNITED.has(type))
    .map(({ code, type, expression }) => ({ code, type, routes: routesOf(expression, typeName) }))
    .filter(({ routes }) => routes.size > 0)
  const unions = new Map<string, string[]>()
  for (const whole of routed) {
    const parts = routed.filter(({ type, routes }) => type === whole.type && isWithin(routes, whole.routes))
    const together = new Set(parts.flatMap(({ routes }) => [...routes]))
    if (together.size === whole.routes.size)
      unions.set(
        whole.code,
        parts.map(({ code }) => code),
      )
  }
  return unions
}

function routesOf(expression: string, typeName: string): Set<string> {
  return new Set((compileRoutes(expression, typeName) ?? []).map((route) => JSON.stringify([route.moves, route.type])))
}

function isWithin(part: Set<string>, whole: Set<string>): boolean {
  return part.size < whole.size && [...part].every((route) => whole.has(route))
}
