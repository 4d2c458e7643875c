import { type Access, systemAccess } from '../../auth/access.ts'
import { AuditTrail } from '../../auth/audit/trail.ts'
import type { Finding } from '../../him/findings.ts'
import { Chart } from '../../him/privacy/screen/chart.ts'
import { People } from '../../him/privacy/screen/people.ts'
import { RecordReasons } from '../../him/privacy/screen/reasons.ts'
import { daysBefore, Screen } from '../../him/privacy/screen/screen.ts'
import type { RuleName, ScreenRules } from '../../him/privacy/screen/settings.ts'
import { StoredRules } from '../../him/privacy/screen/stored-rules.ts'
import type { ScreenAsked, ScreenState, Screens } from '../../operations/screens.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Services } from '../call.ts'
import { Reviews } from './reviews.ts'
import { Turn } from './turn.ts'

const NOTE = 'screen'
const DAY = 86_400_000

/** ms between two notes of how far it is, which other processes tell by. */
const NOTED = 5_000

/** What is judged is judged by the whole record, whoever asks: what comes of it is for privacy officers alone. */
const { s: EVERYTHING } = systemAccess('privacy screen').may

/**
 * Screens the audit log in the background: one screen at a time, of all processes on a store. One that was broken off begins
 * anew when it is asked for again; what it found until then was not written.
 */
export class ScreenJob implements Screens {
  /** Told what ends a screen before its time. */
  onFailure: (error: unknown) => void = () => undefined
  private readonly services: () => Services
  private readonly ending = new AbortController()
  private current: ScreenState | undefined
  private running: Promise<void> | undefined
  private noted = 0

  /** `services` is asked for when there is work. */
  constructor(services: () => Services) {
    this.services = services
  }

  async start(asked: ScreenAsked, by: Access): Promise<void> {
    const turn = new Turn(this.services().store.shared, NOTE)
    if (this.ending.signal.aborted || this.running || !(await turn.take())) throw isUnderWay()
    // Another call may have come while the turn was taken.
    if (this.running) throw isUnderWay()
    this.current = { running: true, done: 0, asked, started: new Date().toISOString() }
    this.running = this.work(asked, by).finally(async () => {
      this.running = undefined
      await turn.give()
    })
  }

  async state(): Promise<ScreenState> {
    // Until it is over in every respect no other one can begin.
    if (this.running && this.current) return { ...this.current, running: true }
    const { store } = this.services()
    const text = await store.note(NOTE)
    const state: ScreenState = text === undefined ? { running: false, done: 0 } : JSON.parse(text)
    // It was under way when this process ended: no other one is there to go on with it.
    return state.running && !store.shared ? { ...state, running: false, failure: 'broken off' } : state
  }

  /** Resolves when what is under way is over. */
  async settled(): Promise<void> {
    await this.running
  }

  /** Ends what is under way, for good. */
  async stop(): Promise<void> {
    this.ending.abort()
    await this.running
  }

  private async work(asked: ScreenAsked, by: Access): Promise<void> {
    try {
      await this.note({}, true)
      const rules = narrowed(await new StoredRules(this.services().store.state).current(), asked.rules)
      const findings = await this.findings(asked, rules)
      const judged = new Set(Object.entries(rules.rules).flatMap(([name, { on }]) => (on ? [name] : [])))
      // Rules that are off by now find nothing: what they found before goes, unless others were asked for.
      const settled = asked.rules ? judged : new Set(Object.keys(rules.rules))
      const reviews = new Reviews(this.services(), by)
      const { made, renewed } = await reviews.write(findings, asked, settled)
      await this.note(
        { running: false, finished: new Date().toISOString(), findings: findings.length, made, renewed },
        true,
      )
    } catch (error) {
      if (this.ending.signal.aborted) return
      const failure = error instanceof Error ? error.name : 'unknown'
      await this.note({ running: false, failure }, true).catch(() => undefined)
      this.onFailure(error)
    }
  }

  private async findings(asked: ScreenAsked, rules: ScreenRules): Promise<Finding[]> {
    const { store, searcher, zone, baseUrl } = this.services()
    const from = asked.start - daysBefore(rules) * DAY
    const screen: Screen = new Screen({
      deeds: new AuditTrail(store.audit).deeds({ from, to: asked.end }),
      start: asked.start,
      end: asked.end,
      rules,
      zone,
      people: new People(new Chart(searcher, EVERYTHING)),
      reasons: new RecordReasons(searcher, { baseUrl, zone }),
      signal: this.ending.signal,
      onDay: (day, records) => this.note({ day, done: (this.current?.done ?? 0) + records, ...screen.share }),
    })
    return screen.run()
  }

  /** Notes how far it is; what others tell of it may be some seconds old, but for how it ends. */
  private async note(more: Partial<ScreenState>, isSure = false): Promise<void> {
    this.current = { ...this.current, running: true, done: 0, ...this.current, ...more }
    if (!isSure && Date.now() - this.noted < NOTED) return
    this.noted = Date.now()
    const notes = { [NOTE]: JSON.stringify(this.current) }
    await this.services().store.commit({ changes: [], guards: [], notes })
  }
}

function narrowed(rules: ScreenRules, names: readonly RuleName[] | undefined): ScreenRules {
  if (!names) return rules
  const asked = Object.entries(rules.rules).map(([name, rule]) => [
    name,
    { ...rule, on: rule.on && names.includes(name as RuleName) },
  ])
  return { ...rules, rules: Object.fromEntries(asked) as ScreenRules['rules'] }
}

function isUnderWay(): FhirError {
  return FhirError.of('conflict', 'A screen is under way; ask for another when it has ended.')
}
