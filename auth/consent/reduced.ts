import type { Bounds, Expression } from '../../search/expression.ts'
import { allOf } from '../../search/expression.ts'
import { aboutType, negated, oneOf } from './about.ts'
import { type ConsentCaller, isActor, isFor, type Sure } from './actors.ts'
import type { About, Act, ConsentRule } from './rule.ts'

/** What is left of a rule for one caller, act and moment: what it is about, and the exceptions that hold. */
export interface Reduced {
  about: About
  /** It denies what none of `permits` takes out. */
  isDenial: boolean
  permits: About[]
  /** Nested denials, which win over nested permissions. */
  denials: Reduced[]
}

/** Who asks for what, when (ms since 1970). */
export interface Asked {
  caller: ConsentCaller
  act: Act
  now: number
}

/** What a rule may deny; undefined where that is nothing. What of it cannot be decided denies, and does not permit. */
export function reduced(rule: ConsentRule, asked: Asked): Reduced | undefined {
  if (holds(rule, asked) === 'no') return undefined
  const denials = rule.rules.flatMap((nested) => reduced(nested, asked) ?? [])
  const isDenial = rule.effect === 'deny'
  if (!isDenial && denials.length === 0) return undefined
  const permits = isDenial ? rule.rules.filter((nested) => mayPermit(nested, asked)).map(({ about }) => about) : []
  return { about: rule.about, isDenial, permits, denials }
}

/** What of a type, of whichever patient, is denied. */
export function deniedOf({ about, isDenial, permits, denials }: Reduced, type: string): Expression {
  const own = isDenial ? negated(oneOf(permits.map((one) => aboutType(one, type, 'least')))) : NONE
  return allOf([aboutType(about, type, 'most'), oneOf([own, ...denials.map((one) => deniedOf(one, type))])])
}

const NONE: Expression = { kind: 'none' }

/**
 * A nested rule takes what it is about out of the denial around it. One that denies is denied by itself, as far as its own
 * exceptions do not permit.
 */
function mayPermit(rule: ConsentRule, asked: Asked): boolean {
  return !rule.unclear && holds(rule, asked) === 'yes'
}

function holds({ period, actors, purposes, acts }: ConsentRule, { caller, act, now }: Asked): Sure {
  const tests: Sure[] = [
    isWithin(period, now),
    (acts ?? DEFAULT_ACTS).includes(act) ? 'yes' : 'no',
    isActor(actors, caller.identity),
    isFor(purposes, caller.purposes),
  ]
  if (tests.includes('no')) return 'no'
  return tests.includes('unclear') ? 'unclear' : 'yes'
}

const DEFAULT_ACTS: readonly Act[] = ['see', 'change']

function isWithin(period: Bounds | undefined, now: number): Sure {
  const { start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY } = period ?? {}
  return now >= start && now < end ? 'yes' : 'no'
}
