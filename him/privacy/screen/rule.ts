import type { PatientFacts, People, UserFacts } from './people.ts'
import type { RuleName, Thresholds } from './settings.ts'
import type { PairDay, UserDay } from './user-day.ts'

/** A user who looked at a patient's record on some day, and who both are. */
export interface Pair extends PairDay {
  /** Undefined of an agent who is no Practitioner here. */
  user: UserFacts | undefined
  /** Undefined of a patient who is not there any more. */
  who: PatientFacts | undefined
}

/** A rule on who looked at whom, each day by itself. */
export interface PairRule<Name extends RuleName = RuleName> {
  name: Name
  /** Holds whatever explains the access, unless its setting has a word on that. */
  regardless?: true
  /** What it finds, in words that go on after the patient's reference; undefined where nothing. */
  test(pair: Pair, thresholds: Thresholds[Name], people: People): string | undefined | Promise<string | undefined>
  /** How often, and on how many days, it takes that to be a finding. */
  least(thresholds: Thresholds[Name]): { sittings: number; days: number }
}

/** What a rule keeps of somebody's day, until all days are known. */
export interface Noted {
  /** Its measure: patients, refusals, resources. */
  measure: number
  /** A second one, where the rule has one. */
  beside?: number
  start: number
  end: number
  patients: readonly string[]
  keys: readonly string[]
}

/** A noted day that is found, with why: words that go on after the user's reference. */
export interface FoundDay extends Noted {
  message: string
}

/** A rule on all that somebody did. */
export interface UserRule<Name extends RuleName = RuleName> {
  name: Name
  /** What is kept of a day; undefined: nothing of it matters. */
  note(day: UserDay, thresholds: Thresholds[Name]): Noted | undefined
  /** What is found among the noted days, in their order; those before `start` are the past, and not found themselves. */
  judge(noted: readonly Noted[], thresholds: Thresholds[Name], all: { days: number; start: number }): FoundDay[]
}

/** The patients of a day without an explanation. */
export function unexplained({ pairs }: UserDay): PairDay[] {
  return [...pairs.values()].filter(({ explanation }) => explanation === undefined)
}
