import { FhirError } from '../../resources/fhir-error.ts'
import type { State, StateChange } from '../../resources/store/state.ts'
import type { CriteriaPlace } from '../criteria.ts'
import { isPolicy, policyFault } from './check.ts'
import type { Policies, Policy } from './policy.ts'
import { SHIPPED } from './shipped.ts'

const KIND = 'policy'

/** Keys that are listed at a time. */
const PAGE = 500

/** What the store keeps of a role: its policy, and how many there were before. Without `policy` the shipped one holds. */
interface Kept {
  number: number
  policy?: unknown
}

/** The stored policies over the shipped ones. A stored one that is not in order gives its role nothing. */
export class StoredPolicies implements Policies {
  private readonly state: Pick<State, 'get' | 'list'>

  constructor(state: Pick<State, 'get' | 'list'>) {
    this.state = state
  }

  async find(name: string): Promise<Policy | undefined> {
    const entry = await this.state.get(KIND, name)
    if (!entry) return SHIPPED.get(name)
    const { policy } = (entry.value ?? {}) as Partial<Kept>
    if (policy === undefined) return isKept(entry.value) ? SHIPPED.get(name) : undefined
    return isPolicy(policy) && policy.name === name ? policy : undefined
  }

  /** The names of all roles that have a policy, in alphabetical order. */
  async names(): Promise<string[]> {
    const names = new Set(SHIPPED.keys())
    let after: string | undefined
    do {
      const entries = await this.state.list(KIND, after, PAGE)
      for (const { key } of entries) names.add(key.split('@', 1)[0]!)
      after = entries.length === PAGE ? entries.at(-1)?.key : undefined
    } while (after !== undefined)
    return [...names].sort()
  }

  /** An earlier policy of a role by its number, or the number of the current one; the first stored one has 1. */
  async version(name: string, number: number): Promise<Policy | undefined> {
    const value = (await this.state.get(KIND, `${name}@${number}`))?.value
    return isPolicy(value) ? value : undefined
  }

  /**
   * The changes that put a policy in the place of its role's; each stored one stays as a version. They are refused as `state` when another writes it meanwhile. Throws `invalid` for one that is not in order.
   */
  async replacing(policy: unknown, place: CriteriaPlace): Promise<StateChange[]> {
    const fault = await policyFault(policy, { ...place, lacks: () => false })
    if (fault !== undefined) throw FhirError.of('invalid', `The policy is refused: ${fault}.`)
    const { name } = policy as Policy
    const entry = await this.state.get(KIND, name)
    const number = (isKept(entry?.value) ? entry.value.number : 0) + 1
    return [
      put(name, { number, policy }, entry?.revision),
      { kind: 'put', of: KIND, key: `${name}@${number}`, value: policy, expect: 'absent' },
    ]
  }

  /** The changes that give a role its shipped policy back, or none where it has none; its versions stay. */
  async restoring(name: string): Promise<StateChange[]> {
    const entry = await this.state.get(KIND, name)
    return entry ? [put(name, { number: isKept(entry.value) ? entry.value.number : 0 }, entry.revision)] : []
  }
}

function put(key: string, value: Kept, revision: number | undefined): StateChange {
  return { kind: 'put', of: KIND, key, value, expect: revision ?? 'absent' }
}

function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'number' in value && Number.isSafeInteger(value.number)
}
