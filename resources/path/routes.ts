import { type Member, membersOf, typeTable } from '../definitions/definitions.ts'
import { type PathStep, parseSteps } from './steps.ts'

/** A step from a value to the values below it. */
type Move =
  /** With `at`, only the item of that place in the member's list. */
  | { kind: 'member'; name: string; at?: number }
  | { kind: 'equals'; name: string; text: string }
  | { kind: 'refersTo'; type: string }
  | { kind: 'extension'; url: string }

/** One way through the JSON of a type to values of one FHIR type. */
export interface Route {
  moves: Move[]
  /** FHIR type of the values at its end. */
  type: string
  /** Value set that the element at its end is bound to with strength required. */
  binding: string | undefined
}

/**
 * The routes that a simple path expression takes through a type, choice elements and unions spread out; undefined
 * when the expression needs the FHIRPath engine. Parts of a union that begin with another type are left out.
 */
export function compileRoutes(expression: string, typeName: string): Route[] | undefined {
  const routes: Route[] = []
  for (const part of splitUnion(expression)) {
    const steps = parseSteps(part)
    if (!steps) return undefined
    const [root, ...rest] = steps
    if (root?.kind !== 'name') return undefined
    const rooted = /^[A-Z]/.test(root.name)
    if (rooted && root.name !== typeName && root.name !== 'Resource' && root.name !== 'DomainResource') continue
    const start: Route = { moves: [], type: typeName, binding: undefined }
    const found = follow([start], rooted ? rest : steps)
    if (!found) return undefined
    routes.push(...found)
  }
  return routes
}

/** The parts of a union. */
export function splitUnion(expression: string): string[] {
  return expression.split('|').map((part) => part.trim())
}

function follow(routes: Route[], steps: PathStep[]): Route[] | undefined {
  let now = routes
  for (const step of steps) {
    const next: Route[] = []
    for (const route of now) {
      const found = take(route, step)
      if (!found) return undefined
      next.push(...found)
    }
    now = next
  }
  return now
}

function take(route: Route, step: PathStep): Route[] | undefined {
  switch (step.kind) {
    case 'name':
      return members(route.type, step.name)?.map(([name, member]) => ({
        moves: [...route.moves, { kind: 'member', name }],
        type: member.type,
        binding: member.element.binding,
      }))
    case 'ofType':
      return route.type === step.type ? [route] : []
    case 'extension':
      // The extensions of a primitive stand beside it: the engine knows how.
      if (typeTable(route.type)?.kind === 'primitive') return undefined
      return [{ moves: [...route.moves, step], type: 'Extension', binding: undefined }]
    case 'index':
      return nth(route, step.at)
    default:
      return [{ ...route, moves: [...route.moves, step] }]
  }
}

/** `a[0]` counts over all that came before; that is one list only when it is the first step. */
function nth(route: Route, at: number): Route[] | undefined {
  const [only, ...more] = route.moves
  if (more.length > 0 || only?.kind !== 'member' || only.at !== undefined) return undefined
  return [{ ...route, moves: [{ ...only, at }] }]
}

/** Members that an element name stands for: one, or those of a choice; undefined for none. */
export function members(typeName: string, name: string): [string, Member][] | undefined {
  const all = membersOf(typeName)
  const plain = all.get(name)
  if (plain) return [[name, plain]]
  const choice = [...all].filter(([, member]) => member.name === `${name}[x]`)
  return choice.length > 0 ? choice : undefined
}
