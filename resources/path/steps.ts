/** One step of a path expression. */
export type PathStep =
  | { kind: 'name'; name: string }
  | { kind: 'ofType'; type: string }
  | { kind: 'index'; at: number }
  | { kind: 'equals'; name: string; text: string }
  | { kind: 'refersTo'; type: string }
  | { kind: 'extension'; url: string }

const STEP = new RegExp(
  [
    String.raw`^(?:as|ofType)\((?<ofType>\w+)\)`,
    String.raw`^where\(resolve\(\) is (?<refersTo>\w+)\)`,
    String.raw`^where\((?<member>\w+)\s*=\s*'(?<text>[^']*)'\)`,
    String.raw`^extension\('(?<extension>[^']*)'\)`,
    String.raw`^(?<name>[A-Za-z]\w*)(?![\w(])`,
  ].join('|'),
)

/**
 * Steps of an expression such as `Patient.name[0].given`, `(Observation.value as Quantity)`,
 * `Person.link.target.where(resolve() is Patient)`; undefined when it is not of this simple kind.
 */
export function parseSteps(expression: string): PathStep[] | undefined {
  const cast = /^\(\s*([\w.]+)\s+as\s+(\w+)\s*\)(.*)$/.exec(expression)
  if (cast) return parseSteps(`${cast[1]}.as(${cast[2]})${cast[3]}`)
  const bare = /^([\w.]+)\s+as\s+(\w+)$/.exec(expression)
  if (bare) return parseSteps(`${bare[1]}.as(${bare[2]})`)
  const steps: PathStep[] = []
  let rest = expression
  while (rest !== '') {
    const match = STEP.exec(rest)
    if (!match) return undefined
    steps.push(stepOf(match.groups ?? {}))
    rest = rest.slice(match[0].length)
    for (let index = /^\[(\d+)\]/.exec(rest); index; index = /^\[(\d+)\]/.exec(rest)) {
      steps.push({ kind: 'index', at: Number(index[1]) })
      rest = rest.slice(index[0].length)
    }
    if (rest === '') break
    if (rest[0] !== '.' || rest.length === 1) return undefined
    rest = rest.slice(1)
  }
  return steps.length > 0 ? steps : undefined
}

function stepOf(groups: Record<string, string | undefined>): PathStep {
  if (groups.ofType !== undefined) return { kind: 'ofType', type: groups.ofType }
  if (groups.refersTo !== undefined) return { kind: 'refersTo', type: groups.refersTo }
  if (groups.member !== undefined) return { kind: 'equals', name: groups.member, text: groups.text ?? '' }
  if (groups.extension !== undefined) return { kind: 'extension', url: groups.extension }
  return { kind: 'name', name: groups.name ?? '' }
}
