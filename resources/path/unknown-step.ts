import { typeTable } from '../definitions/definitions.ts'
import { members, splitUnion } from './routes.ts'
import { type PathStep, parseSteps } from './steps.ts'

/**
 * The first step of a path expression that leads to no element of a type; undefined where there is none, or where the
 * expression is no path.
 */
export function unknownStep(expression: string, typeName: string): string | undefined {
  for (const part of splitUnion(expression)) {
    const [root, ...rest] = parseSteps(part) ?? []
    if (root?.kind !== 'name') continue
    const rooted = /^[A-Z]/.test(root.name)
    if (rooted && root.name !== typeName) continue
    const unknown = unknownOf(rooted ? rest : [root, ...rest], typeName)
    if (unknown !== undefined) return unknown
  }
  return undefined
}

function unknownOf(steps: readonly PathStep[], typeName: string): string | undefined {
  let types = [typeName]
  for (const step of steps) {
    // What a primitive has, and what any resource has, is for the engine to say.
    if (types.some((type) => type === 'Resource' || typeTable(type)?.kind === 'primitive')) return undefined
    const next = typesAfter(step, types)
    if (next.length === 0) return step.kind === 'ofType' ? step.type : step.kind === 'name' ? step.name : step.kind
    types = next
  }
  return undefined
}

function typesAfter(step: PathStep, types: string[]): string[] {
  switch (step.kind) {
    case 'name':
      return [...new Set(types.flatMap((type) => (members(type, step.name) ?? []).map(([, member]) => member.type)))]
    case 'ofType':
      return types.filter((type) => type === step.type)
    case 'extension':
      return ['Extension']
    default:
      return types
  }
}
