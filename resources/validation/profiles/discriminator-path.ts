/** A step of a discriminator's path (R4 profiling.html, the restricted FHIRPath). */
export type Step =
  | { kind: 'name'; name: string }
  | { kind: 'resolve' }
  | { kind: 'extension'; url: string }
  | { kind: 'ofType'; type: string }

const STEP = new RegExp(
  [
    String.raw`^(?<itself>\$this)(?![\w(])`,
    String.raw`^(?<resolve>resolve\(\))`,
    String.raw`^extension\(\s*(?:'(?<single>[^']*)'|"(?<double>[^"]*)")\s*\)`,
    String.raw`^(?:ofType|as)\(\s*(?:FHIR\.)?(?<type>\w+)\s*\)`,
    String.raw`^(?<name>[A-Za-z]\w*)(?:\[x\])?(?![\w(])`,
  ].join('|'),
)

const known = new Map<string, readonly Step[] | null>()

/** Paths that are kept: profiles have few, but anyone may write more. */
const MOST_KNOWN = 1000

/** The steps of a discriminator's path; null where it is not of the restricted kind. */
export function stepsOf(path: string): readonly Step[] | null {
  let steps = known.get(path)
  if (steps === undefined) {
    steps = parse(path.trim())
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(path, steps)
  }
  return steps
}

function parse(path: string): Step[] | null {
  const cast = /^(?<before>.*\S)\s+as\s+(?:FHIR\.)?(?<type>\w+)$/.exec(path)?.groups
  if (cast) return parse(`${cast.before}.ofType(${cast.type})`)
  const steps: Step[] = []
  let rest = path
  while (rest !== '') {
    const match = STEP.exec(rest)
    if (!match?.groups) return null
    const step = stepOf(match.groups)
    if (step) steps.push(step)
    rest = rest.slice(match[0].length)
    if (rest === '') break
    if (rest[0] !== '.' || rest.length === 1) return null
    rest = rest.slice(1)
  }
  return steps
}

function stepOf(groups: Record<string, string | undefined>): Step | undefined {
  if (groups.itself) return undefined
  if (groups.resolve) return { kind: 'resolve' }
  const url = groups.single ?? groups.double
  if (url !== undefined) return { kind: 'extension', url }
  if (groups.type !== undefined) return { kind: 'ofType', type: groups.type }
  return { kind: 'name', name: groups.name ?? '' }
}
