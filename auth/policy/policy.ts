/** What a role may do and see, as a document (`policy.schema.json`); it only ever takes away from what scopes give. */
export interface Policy {
  /** The role: Identity.role. */
  name: string
  version: string
  title: string
  description: string
  rules: readonly PolicyRule[]
  /** Security labels that the role may see and may write or remove, `system|code` each. */
  labels: {
    see: readonly string[] | 'all'
    write: readonly string[] | 'all'
    /** Those that what has them is shown redacted for, to who reads it by id; searches do not find it. */
    redact?: readonly string[]
  }
  /** Operations of the whole system by their code, and `explain`. */
  operations: readonly string[]
  breakTheGlass: boolean
  /** Codes of v3-ActReason that the role may give as its purpose of use. */
  purposes: readonly string[]
}

/**
 * A rule for some types; rules that are for the same type are united. A type has the rules that name it, else those of its
 * `@group`, else those of `*`; AuditEvent only those that name it.
 */
export interface PolicyRule {
  /** Names of types, groups of them (`@clinical`, `type-groups.json`), or `*`. */
  types: readonly string[]
  /** Letters of `cruds`, in this order. */
  interactions: string
  /**
   * Search criteria (`insurer=Organization/{organization}`) of which a resource meets one; without them all do. `{patient}`
   * and `{organization}` stand for ids, `{fhirUser}` for `Type/id`; criteria with a variable that has no value give nothing.
   */
  where?: readonly string[]
  /** What is in the compartment of the caller's patient, as a scope for a patient has it. */
  compartment?: 'patient'
  /** Elements that are withheld: `contact`, `contact.name`, `value` of whatever type. */
  hidden?: readonly string[]
  /** The elements that an update may change; without them all. */
  writable?: readonly string[]
}

/** Where policies come from. */
export interface Policies {
  /** The policy of a role; undefined where there is none, or none that is in order: the role may do nothing then. */
  find(name: string): Promise<Policy | undefined>
}
