import { type PatientConsent, type ReadContext, readConsent } from './read.ts'
import { type ConsentRule, denies } from './rule.ts'
import type { Consent } from './shape.ts'

/** A rule, and the Consents that say it: the patient of each, by the Consent's id. */
export interface HeldRule {
  rule: ConsentRule
  patients: ReadonlyMap<string, string>
}

/**
 * The Consents that deny something, held in memory: what many patients say alike is held once. A Consent that denies nothing
 * is not held: where none denies, policy decides, and no permission goes beyond it.
 */
export class HeldConsents {
  private readonly context: ReadContext
  private readonly rules = new Map<string, { rule: ConsentRule; patients: Map<string, string> }>()
  /** By the id of a Consent, the name of its rule, '' where it denies nothing, and its version. */
  private readonly known = new Map<string, { name: string; version: number }>()
  private changes = 0

  constructor(context: ReadContext) {
    this.context = context
  }

  /** Counts the changes of what is held. */
  get version(): number {
    return this.changes
  }

  get held(): Iterable<HeldRule> {
    return this.rules.values()
  }

  /** ids of all Consents that were taken up, also of those that deny nothing. */
  get ids(): Iterable<string> {
    return this.known.keys()
  }

  /**
   * Takes up a version of a Consent, parsed; undefined for a deletion. Of versions that come in another order than they were
   * committed in, the last one counts. Answers whether what is held has changed.
   */
  take(id: string, version: number, consent: unknown): boolean {
    const before = this.known.get(id)
    if (before && version <= before.version) return false
    const read = consent === undefined ? undefined : readConsent(consent as Consent, this.context)
    const after = read && denies(read.rule) ? read : undefined
    const name = after ? JSON.stringify(after.rule) : ''
    this.known.set(id, { name, version })
    const wasHeld = before !== undefined && before.name !== ''
    if (wasHeld) this.drop(before.name, id)
    if (after) this.hold(name, id, after)
    if (!wasHeld && !after) return false
    this.changes++
    return true
  }

  private hold(name: string, id: string, { rule, patient }: PatientConsent): void {
    const held = this.rules.get(name)
    if (held) held.patients.set(id, patient)
    else this.rules.set(name, { rule, patients: new Map([[id, patient]]) })
  }

  private drop(name: string, id: string): void {
    const held = this.rules.get(name)
    held?.patients.delete(id)
    if (held?.patients.size === 0) this.rules.delete(name)
  }
}
