import { FhirError } from '../../../resources/fhir-error.ts'
import type { State, StateChange } from '../../../resources/store/state.ts'
import { isScreenRules, rulesFault, SHIPPED_RULES } from './rules.ts'
import type { ScreenRules } from './settings.ts'

const KIND = 'screen-rules'
const CURRENT = 'current'

/** What the store keeps: the rules, and how many there were before. Without `rules` the shipped ones hold. */
interface Kept {
  number: number
  rules?: unknown
}

/** The rules of the privacy office as the store has them; each document that was stored stays as a revision. */
export class StoredRules {
  private readonly state: Pick<State, 'get'>

  constructor(state: Pick<State, 'get'>) {
    this.state = state
  }

  /** Those that hold now. Throws where what is stored is none: a screen by other rules than were set would tell the wrong things. */
  async current(): Promise<ScreenRules> {
    const kept = keptOf((await this.state.get(KIND, CURRENT))?.value)
    if (kept.rules === undefined) return SHIPPED_RULES
    if (isScreenRules(kept.rules)) return kept.rules
    throw FhirError.of('internal', 'The stored rules of the screen are not in order.')
  }

  /** An earlier document by its number: 1 is the first that was stored. */
  async revision(number: number): Promise<ScreenRules | undefined> {
    const value = (await this.state.get(KIND, `revision@${number}`))?.value
    return isScreenRules(value) ? value : undefined
  }

  /**
   * The changes that put a document in the place of the current one. They are refused as `state` when another writes it
   * meanwhile. Throws `invalid` for one that is not in order.
   */
  async replacing(rules: unknown): Promise<StateChange[]> {
    const fault = rulesFault(rules)
    if (fault !== undefined) throw FhirError.of('invalid', `The rules are refused: ${fault}.`)
    const entry = await this.state.get(KIND, CURRENT)
    const number = keptOf(entry?.value).number + 1
    return [
      { kind: 'put', of: KIND, key: CURRENT, value: { number, rules }, expect: entry?.revision ?? 'absent' },
      { kind: 'put', of: KIND, key: `revision@${number}`, value: rules, expect: 'absent' },
    ]
  }

  /** The changes that bring the shipped rules back; revisions stay. */
  async restoring(): Promise<StateChange[]> {
    const entry = await this.state.get(KIND, CURRENT)
    if (!entry) return []
    const value: Kept = { number: keptOf(entry.value).number }
    return [{ kind: 'put', of: KIND, key: CURRENT, value, expect: entry.revision }]
  }
}

function keptOf(value: unknown): Kept {
  const { number, rules } = (value ?? {}) as Partial<Kept>
  return { number: Number.isSafeInteger(number) ? Number(number) : 0, rules }
}
