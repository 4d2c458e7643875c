import type { Finding } from '../../findings.ts'
import type { FoundDay, Pair, PairRule } from './rule.ts'
import type { RuleName, RuleSetting, ScreenRules } from './settings.ts'
import { SHOWN } from './user-day.ts'

/** What a rule says of a user and a patient, over the days. */
interface Suspicion {
  rule: PairRule
  agent: string
  patient: string
  message: string
  sittings: number
  days: number
  accesses: number
  start: number
  end: number
  keys: string[]
}

/** Suspicions of one rule and user that are kept: who has more of them is found for that, and not for each. */
const MOST = 500

/** Keeps what rules on pairs say until the end, when it is known how often it was so. */
export class Suspicions {
  private readonly rules: ScreenRules
  /** By rule and agent, then by patient: those of late last. */
  private readonly held = new Map<string, Map<string, Suspicion>>()

  constructor(rules: ScreenRules) {
    this.rules = rules
  }

  add(rule: PairRule, agent: string, pair: Pair, message: string): void {
    const of = `${rule.name} ${agent}`
    let own = this.held.get(of)
    if (!own) {
      own = new Map()
      this.held.set(of, own)
    }
    const { patient, sittings, accesses, first, last, keys } = pair
    const known = own.get(patient)
    own.delete(patient)
    own.set(patient, {
      rule,
      agent,
      patient,
      message,
      sittings: sittings + (known?.sittings ?? 0),
      days: 1 + (known?.days ?? 0),
      accesses: accesses + (known?.accesses ?? 0),
      start: known?.start ?? first,
      end: last,
      keys: [...(known?.keys ?? []), ...keys].slice(0, SHOWN),
    })
    for (const oldest of own.keys()) {
      if (own.size <= MOST) return
      own.delete(oldest)
    }
  }

  /** Those that are findings by their number. */
  *findings(): Generator<Finding> {
    for (const own of this.held.values()) {
      for (const suspicion of own.values()) {
        const setting = this.rules.rules[suspicion.rule.name]
        const least = suspicion.rule.least(setting.thresholds)
        if (suspicion.sittings < least.sittings || suspicion.days < least.days) continue
        yield this.findingOf(suspicion, setting)
      }
    }
  }

  private findingOf(
    { rule, agent, patient, message, sittings, accesses, start, end, keys }: Suspicion,
    { severity, citation }: RuleSetting,
  ): Finding {
    const often = sittings === 1 ? 'at one sitting' : `at ${sittings} sittings`
    return {
      rule: rule.name,
      version: this.rules.version,
      status: 'fail',
      severity,
      subject: agent,
      about: [`Patient/${patient}`],
      message: `The record of Patient/${patient}, who ${message}, was opened ${often}.`.replace(
        'who is the own record',
        'which is the own one',
      ),
      citation,
      evidence: keys.map(eventOf),
      period: { start, end },
      count: accesses,
    }
  }
}

/** What a rule found in somebody's days, as a finding. */
export function dayFinding(name: RuleName, agent: string, found: FoundDay, rules: ScreenRules): Finding {
  const { severity, citation } = rules.rules[name]
  return {
    rule: name,
    version: rules.version,
    status: 'fail',
    severity,
    subject: agent,
    about: found.patients.map((patient) => `Patient/${patient}`),
    message: `The user ${found.message}.`,
    citation,
    evidence: found.keys.map(eventOf),
    period: { start: found.start, end: found.end },
    count: found.measure,
  }
}

/** The AuditEvent that a record is read back as, or the first of them. */
function eventOf(key: string): string {
  return `AuditEvent/${key}.0`
}
