import { FhirError } from '../fhir-error.ts'
import { OutOfTime, withinTime } from '../path/within-time.ts'
import { Recent } from './recent.ts'

/** Characters that a pattern may have, and characters of a text that it is held against. */
const LONGEST_PATTERN = 500
const LONGEST_TEXT = 2000

/** What one list of texts may take, in ms. */
const MOST_TIME = 250

/** Answers for each text whether the whole of it matches. Throws `invalid` (`too-costly`) where that takes too long. */
export type Matcher = (texts: readonly string[]) => boolean[]

/**
 * The matcher of a regular expression of a user (R4 filter-operator `regex`: the whole value). Throws `invalid` for what is
 * none. What it does is stopped when it takes too long: such expressions can take for ever.
 */
export function matcherOf(pattern: string): Matcher {
  const known = kept.get(pattern)
  if (known) return known
  const made = newMatcher(pattern)
  kept.set(pattern, made)
  return made
}

const kept = new Recent<Matcher>(500)

function newMatcher(pattern: string): Matcher {
  const regexp = compiled(pattern)
  // A single text of a short class takes no time worth the watching.
  const harmless = !/[*+?{(|\\]/.test(pattern.replace(/\{\d{1,2}\}/g, '').replace(/\\[dwsDWS.-]/g, ''))
  const run = (texts: readonly string[]) => texts.map((text) => text.length <= LONGEST_TEXT && regexp.test(text))
  return harmless ? run : (texts) => watched(() => run(texts))
}

function watched(run: () => boolean[]): boolean[] {
  try {
    return withinTime(run, MOST_TIME)
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error
    throw FhirError.of('invalid', 'A regular expression of a value set takes too long', { code: 'too-costly' })
  }
}

function compiled(pattern: string): RegExp {
  if (pattern.length > LONGEST_PATTERN) {
    throw FhirError.of('invalid', 'A regular expression of a value set is too long', { code: 'too-costly' })
  }
  for (const flags of ['u', '']) {
    try {
      return new RegExp(`^(?:${pattern})$`, flags)
    } catch {
      // Expressions of other tools escape what need not be: `\-` is none with the flag u.
    }
  }
  throw FhirError.of('invalid', 'A filter of a value set is no regular expression', { code: 'invalid' })
}
