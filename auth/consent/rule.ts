import type { Bounds, TokenTest } from '../../search/expression.ts'
import type { ResourceName } from '../../search/searcher.ts'

/** What a rule may be about: seeing what is kept, changing it, adding to it (Consent.provision.action). */
export type Act = 'see' | 'change' | 'add'

/** Items of which any will do; `more`: there were others, which cannot be understood. */
export interface Listed<T> {
  items: T[]
  more?: true
}

/** Who a rule is about: both must be so, where both are there. Without either it cannot be told. */
export interface Actor {
  is?: ResourceName
  /** Id of an OAuth client. */
  client?: string
  /** Name of a policy. */
  role?: string
}

/** What of the patient's record a rule is about; what is absent narrows nothing. */
export interface About {
  /** Types of resources, and codes by which documents are classified. */
  classes?: Listed<{ type: string } | TokenTest>
  codes?: Listed<TokenTest>
  labels?: Listed<{ system: string; code: string }>
  data?: Listed<ResourceName & { meaning: 'instance' | 'related' | 'dependents' }>
  dates?: Bounds
}

/** A provision of a Consent as it is decided by, plain data. `rules` are exceptions to it, and hold where it does. */
export interface ConsentRule {
  /** Absent for a root that says nothing itself. */
  effect?: 'deny' | 'permit'
  /** When it is in force. */
  period?: Bounds
  actors?: Listed<Actor>
  /** Codes of v3-ActReason. */
  purposes?: Listed<string>
  /** Absent: seeing and changing. */
  acts?: Act[]
  about: About
  /** Something else is said of it that cannot be understood: it may be narrower than it looks. */
  unclear?: true
  rules: ConsentRule[]
}

/** Whether something of a rule may deny anything, to anyone. */
export function denies({ effect, rules }: ConsentRule): boolean {
  return effect === 'deny' || rules.some(denies)
}
