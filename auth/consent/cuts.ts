import { createHash } from 'node:crypto'
import { compartmentTables } from '../../resources/definitions/definitions.ts'
import { allOf, type Expression, type ReferenceTarget } from '../../search/expression.ts'
import type { Restriction } from '../../search/searcher.ts'
import type { Permission } from '../access.ts'
import { negated, oneOf } from './about.ts'
import { type ConsentCaller, ownPatient } from './actors.ts'
import type { Denial } from './denial.ts'
import type { HeldConsents } from './held.ts'
import { recordOf } from './record.ts'
import { deniedOf, type Reduced, reduced } from './reduced.ts'
import type { Act } from './rule.ts'

/** What the Consents leave to a caller. */
export interface ConsentCuts {
  /** By permission: what is not denied. All where nothing is. */
  may: Readonly<Record<Permission, Restriction>>
  /** What decided, for `decidedBy`: the denials of seeing. */
  denials: readonly Denial[]
}

const ACTS: Readonly<Record<Permission, Act>> = { r: 'see', s: 'see', u: 'change', d: 'change', c: 'add' }

/** The log of who did what is kept whole for those who watch over it. */
const NEVER_CUT = new Set(['AuditEvent'])

/** Types of what may belong to a patient. */
const TYPES: readonly string[] = [
  ...new Set([
    'Patient',
    ...Object.entries(compartmentTables.get('Patient')!).flatMap(([type, params]) => (params.length > 0 ? [type] : [])),
  ]),
].filter((type) => !NEVER_CUT.has(type))

/** Combinations of rules whose cuts are kept. */
const MOST_KEPT = 64

/** Makes the cuts of callers, and keeps those that many callers share. */
export class ConsentCutter {
  private readonly consents: HeldConsents
  private readonly kept = new Map<string, { restriction: Restriction; denials: Denial[] }>()
  private madeOf = -1

  constructor(consents: HeldConsents) {
    this.consents = consents
  }

  /** What counts the changes of what `cuts` answers, save for time. */
  get version(): number {
    return this.consents.version
  }

  /**
   * What the Consents leave to a caller at a moment (ms since 1970): it is asked anew when a Consent changes and, since rules
   * begin and end, as time goes on. A patient's own record is not cut.
   */
  cuts(caller: ConsentCaller, now: number): ConsentCuts {
    if (this.madeOf !== this.consents.version) this.kept.clear()
    this.madeOf = this.consents.version
    const own = ownPatient(caller.identity)
    const see = this.cut(caller, 'see', now)
    const change = this.cut(caller, 'change', now)
    const restrictions: Record<Act, Restriction> = {
      see: sparing(own, see.restriction),
      change: sparing(own, change.restriction),
      add: sparing(own, this.cut(caller, 'add', now).restriction),
    }
    const may = Object.fromEntries(Object.entries(ACTS).map(([permission, act]) => [permission, restrictions[act]]))
    return { may: may as ConsentCuts['may'], denials: see.denials }
  }

  private cut(caller: ConsentCaller, act: Act, now: number): { restriction: Restriction; denials: Denial[] } {
    const groups = new Map<string, { rule: Reduced; patients: ReadonlyMap<string, string>[] }>()
    const names = createHash('sha256')
    let at = 0
    for (const { rule, patients } of this.consents.held) {
      const left = reduced(rule, { caller, act, now })
      const name = left ? JSON.stringify(left) : ''
      const group = groups.get(name)
      if (group) group.patients.push(patients)
      else if (left) groups.set(name, { rule: left, patients: [patients] })
      if (left) names.update(`${at}:${name}\n`)
      at++
    }
    const signature = names.digest('base64')
    const known = this.kept.get(signature)
    if (known) return known
    const denials = [...groups.values()].map(denialOf)
    const made = { restriction: restrictionOf(denials), denials }
    if (this.kept.size >= MOST_KEPT) this.kept.delete(this.kept.keys().next().value!)
    this.kept.set(signature, made)
    return made
  }
}

function denialOf({ rule, patients }: { rule: Reduced; patients: ReadonlyMap<string, string>[] }): Denial {
  const denied: Record<string, Expression> = {}
  for (const type of TYPES) {
    const of = deniedOf(rule, type)
    if (of.kind !== 'none') denied[type] = of
  }
  return {
    patients: patients.flatMap((one) => [...one.values()]),
    consents: patients.flatMap((one) => [...one.keys()]),
    denied,
  }
}

function restrictionOf(denials: readonly Denial[]): Restriction {
  const byType: Record<string, Expression> = {}
  // One list of names for all types: where there are many patients, it is what takes room.
  const targets = denials.map(({ patients }) => [...new Set(patients)].map((id) => ({ type: 'Patient', id })))
  for (const type of TYPES) {
    const parts = denials.flatMap(({ denied }, at) => {
      return Object.hasOwn(denied, type) ? [negated(allOf([ofPatients(targets[at]!, type), denied[type]!]))] : []
    })
    if (parts.length > 0) byType[type] = allOf(parts)
  }
  return { byType, others: { kind: 'all' } }
}

/** What is in the compartment of one of these patients; of Patient only they themselves. */
function ofPatients(targets: ReferenceTarget[], type: string): Expression {
  if (type === 'Patient') return { kind: 'id', ids: targets.map(({ id }) => id) }
  const params = compartmentTables.get('Patient')![type]!
  return oneOf(params.map((param) => ({ kind: 'reference', param, targets, bare: { types: [], ids: [] }, uris: [] })))
}

/** A Restriction that does not hold for the record of one patient. */
export function sparing(patient: string | undefined, { byType, others }: Restriction): Restriction {
  if (patient === undefined) return { byType, others }
  const spared = Object.entries(byType).map(([type, where]) => [type, oneOf([recordOf(patient, type), where])])
  return { byType: Object.fromEntries(spared), others }
}
