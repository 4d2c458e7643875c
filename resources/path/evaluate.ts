import { referredType } from '../references.ts'
import type { Route } from './routes.ts'

type Collect = (value: unknown, found: unknown[]) => void

/**
 * Makes a plain function of a route: from a parsed resource to the values at the route's end, lists spread out,
 * in document order.
 */
export function routeFunction(route: Route): (resource: unknown) => unknown[] {
  const collect = route.moves.reduceRight<Collect>(
    (next, move) => stepFunction(move, next),
    (value, found) => {
      if (value !== undefined && value !== null) found.push(value)
    },
  )
  return (resource) => {
    const found: unknown[] = []
    collect(resource, found)
    return found
  }
}

function stepFunction(move: Route['moves'][number], next: Collect): Collect {
  switch (move.kind) {
    case 'member':
      return memberStep(move.name, move.at, next)
    case 'equals':
      return (value, found) => {
        if ((value as Record<string, unknown>)[move.name] === move.text) next(value, found)
      }
    case 'refersTo':
      return (value, found) => {
        if (referredType(value as { reference?: unknown; type?: unknown }) === move.type) next(value, found)
      }
    case 'extension':
      return (value, found) => {
        forEach(
          (value as Record<string, unknown>).extension,
          (extension) => (extension as Record<string, unknown>).url === move.url && next(extension, found),
          found,
        )
      }
  }
}

function memberStep(name: string, at: number | undefined, next: Collect): Collect {
  if (at === undefined) return (value, found) => forEach((value as Record<string, unknown>)[name], next, found)
  return (value, found) => {
    const list = (value as Record<string, unknown>)[name]
    if (Array.isArray(list)) forEach(list[at], next, found)
  }
}

function forEach(value: unknown, next: Collect, found: unknown[]): void {
  if (Array.isArray(value)) {
    for (const item of value) if (item !== null) next(item, found)
  } else if (value !== undefined && value !== null) {
    next(value, found)
  }
}
