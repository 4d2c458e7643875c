import { OutOfTime, withinTime } from '../../../path/within-time.ts'
import { Unanswered } from './syntax.ts'

/** ms that a pattern of others may take on one text. */
const LONGEST = 250

/** Steps that a pattern surely takes no longer for than for asking a clock. */
const HARMLESS = 10_000

/** Length up to which even a pattern that doubles its steps with each character is harmless. */
const SHORT = 12

/** Of R4's own patterns that have a group that repeats: each repeat begins with what its inside cannot be, so that they take one way. */
const OWN: ReadonlySet<string> = new Set([
  '[A-Z]([A-Za-z0-9_]){0,254}',
  String.raw`^[^\s\.,:;\'"\/|?!@#$%&*()\[\]{}]{1,64}(\.[^\s\.,:;\'"\/|?!@#$%&*()\[\]{}]{1,64}(\[x\])?(\:[^\s\.]+)?)*$`,
  String.raw`^[A-Za-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*(\[x])?)*$`,
])

const MOST_KEPT = 1000
const kept = new Map<string, Pattern>()

interface Pattern {
  expression: RegExp
  /** How its steps grow with the text's length: by which power; undefined where that cannot be seen. */
  power: number | undefined
}

/** Whether a pattern is found in a text (FHIRPath, `matches`). Throws Unanswered where it is none, or takes too long. */
export function matches(text: string, pattern: string): boolean {
  const { expression, power } = patternOf(pattern)
  const isHarmless = power === undefined ? text.length <= SHORT : text.length ** power <= HARMLESS
  if (isHarmless) return expression.test(text)
  try {
    return withinTime(() => expression.test(text), LONGEST)
  } catch (error) {
    throw error instanceof OutOfTime ? new Unanswered('the pattern takes too long') : error
  }
}

/** A text with what a pattern finds in it replaced (FHIRPath, `replaceMatches`). Throws as `matches` does. */
export function replaceMatches(text: string, pattern: string, by: string): string {
  // Where nothing is found, which is asked within time, nothing is replaced; what is found is found no more slowly.
  if (!matches(text, pattern)) return text
  return withinTime(() => text.replace(new RegExp(patternOf(pattern).expression, 'gsu'), by), LONGEST)
}

function patternOf(pattern: string): Pattern {
  let known = kept.get(pattern)
  if (!known) {
    known = { expression: compiled(pattern), power: powerOf(pattern) }
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(pattern, known)
  }
  return known
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'su')
  } catch {
    // R4's own have escapes that are strictly none (`\_`).
    return loose(pattern)
  }
}

function loose(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 's')
  } catch {
    throw new Unanswered('no pattern')
  }
}

/** A group that repeats may try any division of the text; without one, each part that repeats multiplies by the length. */
function powerOf(pattern: string): number | undefined {
  if (OWN.has(pattern)) return 1
  const bare = pattern.replace(/\\./gs, 'x').replace(/\[[^\]]*\]/g, 'x')
  if (/\)(?:[*+]|\{\d+,)/.test(bare)) return undefined
  return 1 + (bare.match(/[*+]|\{\d+,/g)?.length ?? 0) - (bare.startsWith('^') ? 1 : 0)
}
