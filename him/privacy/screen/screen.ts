import type { RecordedDeed } from '../../../auth/audit/deed.ts'
import { Pace } from '../../../resources/pace.ts'
import type { Zone } from '../../../resources/zone.ts'
import type { Finding } from '../../findings.ts'
import { dayOf } from './clock.ts'
import type { People } from './people.ts'
import type { Noted, PairRule, UserRule } from './rule.ts'
import { PAIR_RULES, USER_RULES } from './rules/all.ts'
import type { RuleSetting, ScreenRules } from './settings.ts'
import { dayFinding, Suspicions } from './suspicions.ts'
import { DayOfAll, type UserDay } from './user-day.ts'

/** An access whose reason is looked for in the record. */
export interface Asked {
  deed: RecordedDeed
  /** Id of the Patient. */
  patient: string
}

/** What looks in the record for why somebody had access. */
export interface Reasons {
  /** A word for the reason of each, in their order; undefined where nothing tells. */
  explain(asked: readonly Asked[]): Promise<(string | undefined)[]>
}

/** What is screened, by what. */
export interface ScreenTask {
  /** In the order of time, from `daysBefore` the period on. */
  deeds: AsyncIterable<RecordedDeed> | Iterable<RecordedDeed>
  /** ms since 1970: from, and before. */
  start: number
  end: number
  rules: ScreenRules
  /** By whose clocks days and hours are told. */
  zone: Zone
  people: People
  reasons: Reasons
  /** Is told of each day that is done, and how many accesses it had. */
  onDay?: (day: string, accesses: number) => void | Promise<void>
  /** Ends it before its time; what it was aborted for is thrown. */
  signal?: AbortSignal
}

/** Looks and explained ones of the period. */
export interface Share {
  looks: number
  explained: number
}

/** Days before the period of which it has to know what is usual. */
export function daysBefore({ rules }: ScreenRules): number {
  return rules['volume-spike'].on ? rules['volume-spike'].thresholds.days : 0
}

/**
 * Judges all accesses of a period by the rules. What is in memory grows with users and days and what is found, not with
 * accesses: a day is put together, judged against the record, and let go. Nothing is written.
 */
export class Screen {
  private readonly task: ScreenTask
  private readonly suspicions: Suspicions
  private readonly noted = new Map<UserRule, Map<string, Noted[]>>(USER_RULES.map((rule) => [rule, new Map()]))
  private readonly activeDays = new Map<string, number>()
  private readonly pace = new Pace()
  /** What was looked at, and how much of it the record explains: a user's day with a patient counts once. */
  readonly share: Share = { looks: 0, explained: 0 }

  constructor(task: ScreenTask) {
    this.task = task
    this.suspicions = new Suspicions(task.rules)
  }

  /** Goes through all days; answers the findings, by user, the gravest rules first. To be called once. */
  async run(): Promise<Finding[]> {
    const { deeds, zone, rules, onDay, signal } = this.task
    let all: DayOfAll | undefined
    let count = 0
    const finish = async () => {
      if (!all) return
      await this.judge(all)
      await onDay?.(all.day.name, count)
      count = 0
    }
    for await (const deed of deeds) {
      signal?.throwIfAborted()
      // What was asked for just before midnight is recorded just behind it.
      if (!all || Math.max(deed.at, deed.recorded) >= all.day.end) {
        await finish()
        all = new DayOfAll(dayOf(Math.max(deed.at, deed.recorded), zone), rules.settings)
      }
      all.take(deed)
      count++
      if (this.pace.due) await this.pace.rest()
    }
    await finish()
    return [...this.suspicions.findings(), ...this.ofDays()].sort(byUser)
  }

  private async judge({ day, users }: DayOfAll): Promise<void> {
    const { people, start } = this.task
    const isPast = day.end <= start
    const patients = isPast ? [] : new Set([...users.values()].flatMap(({ pairs }) => [...pairs.keys()]))
    const known = await people.meet(users.keys(), patients)
    if (!isPast) await this.explain(users.values())
    for (const user of users.values()) {
      const facts = people.user(user.agent)
      if (facts) user.facts = facts
      if (this.pace.due) await this.pace.rest()
      if (!isPast)
        for (const pair of user.pairs.values()) {
          await this.judgePair(user, { ...pair, user: facts, who: known.get(pair.patient) })
        }
      this.note(user)
    }
  }

  private async explain(users: Iterable<UserDay>): Promise<void> {
    const pairs = [...users].flatMap((user) => [...user.pairs.values()])
    const found = await this.task.reasons.explain(pairs)
    for (const [at, pair] of pairs.entries()) {
      const explanation = found[at]
      this.share.looks++
      if (explanation === undefined) continue
      this.share.explained++
      pair.explanation = explanation
    }
  }

  private async judgePair({ agent }: UserDay, pair: Parameters<PairRule['test']>[0]): Promise<void> {
    const { rules, people } = this.task
    for (const rule of PAIR_RULES) {
      const { on, evenExplained = false, thresholds }: RuleSetting = rules.rules[rule.name]
      if (!on || (pair.explanation !== undefined && !evenExplained && !rule.regardless)) continue
      const told = rule.test(pair, thresholds, people)
      const message = told instanceof Promise ? await told : told
      if (message !== undefined) this.suspicions.add(rule, agent, pair, message)
    }
  }

  private note(user: UserDay): void {
    this.activeDays.set(user.agent, 1 + (this.activeDays.get(user.agent) ?? 0))
    for (const [rule, byUser] of this.noted) {
      const { on, thresholds } = this.task.rules.rules[rule.name]
      const noted = on ? rule.note(user, thresholds) : undefined
      if (!noted) continue
      const own = byUser.get(user.agent)
      if (own) own.push(noted)
      else byUser.set(user.agent, [noted])
    }
  }

  private *ofDays(): Generator<Finding> {
    const { rules, start } = this.task
    for (const [rule, byUser] of this.noted) {
      for (const [agent, noted] of byUser) {
        const all = { days: this.activeDays.get(agent) ?? 0, start }
        for (const found of rule.judge(noted, rules.rules[rule.name].thresholds, all)) {
          yield dayFinding(rule.name, agent, found, rules)
        }
      }
    }
  }
}

function byUser(one: Finding, other: Finding): number {
  if (one.subject !== other.subject) return one.subject < other.subject ? -1 : 1
  return (one.period?.start ?? 0) - (other.period?.start ?? 0)
}
