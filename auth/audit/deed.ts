import type { ResourceName } from '../../search/searcher.ts'
import type { Interaction } from '../access.ts'

/**
 * What was done. `rest`: an interaction, `code` being it (`batch` and `transaction` for bundles). `operation`: `code` is the
 * operation's, without `$`. The others are no request of the FHIR API: `code` is one of `SecurityCode` or `ApplicationCode`.
 * `external`: an AuditEvent that somebody else recorded and sent here; `event` has it.
 */
export type DeedKind = 'rest' | 'operation' | 'security' | 'application' | 'external'

export type RestCode = Exclude<Interaction, 'bundle' | 'operation'> | 'batch' | 'transaction'

export type SecurityCode =
  | 'login'
  | 'logout'
  | 'token' // an access token was issued, or refused
  | 'token-revoked'
  | 'introspection'
  | 'launch'
  | 'authorized' // a user let an app do what it asked for, or not
  | 'refused' // at the door: no token, or one that is not accepted
  | 'break-glass'
  | 'user-changed' // users, clients, keys, policies: by CLI or by their own page
  | 'client-changed'
  | 'keys-changed'
  | 'policy-changed'
  | 'session-ended'

export type ApplicationCode = 'start' | 'stop' | 'export' | 'import' | 'audit-archived'

/** AuditEvent.action */
export type DeedAction = 'C' | 'R' | 'U' | 'D' | 'E'

/** AuditEvent.outcome: success, minor failure (refused, 4xx), serious failure (5xx), major failure. */
export type DeedOutcome = '0' | '4' | '8' | '12'

/** Who did it. Without `user`, a client that acts for itself; with `system` alone, the server or whoever runs its CLI. */
export interface DeedAgent {
  /** The user as a resource: Practitioner/1 */
  user?: string
  /** The issuer's name of the user or client, and the issuer where it is not the built-in one. */
  subject?: string
  issuer?: string
  client?: string
  role?: string
  /** The access token's own id (jti). */
  token?: string
  /** Id of the Organization that the user works for. */
  organization?: string
  /** `server`, `cli`, `AUTH=off` */
  system?: string
}

/** A resource that was shown or written, or that a refused request named. */
export interface DeedPart extends ResourceName {
  /** Absent where it is not known; of what is written along with the record, the store keeps it beside the text (`written`). */
  version?: number
  /** Its version is the next of the record's `outcomes`. */
  written?: true
  /** Whether it was created (C), updated (U) or deleted (D), where the parts of a deed differ in that. */
  action?: DeedAction
  /** Ids of the Patients that it is about (`subjects.ts`). */
  patients: readonly string[]
}

/** One thing that somebody did, or tried to do: what the audit log keeps of it. No content of resources stands in it. */
export interface Deed {
  /** ms since 1970, when it was asked for. */
  at: number
  kind: DeedKind
  code: string
  action: DeedAction
  outcome: DeedOutcome
  /** Kind of the error (`not-found`), or a few words without anything of a patient's. */
  told?: string
  agent: DeedAgent
  /** Network address it came from. */
  from?: string
  /** Codes of v3-ActReason: what it was said to be for. */
  purposes?: readonly string[]
  /** What decided about it: `policy/coder|3`, `Consent/1`, `break-glass`. */
  decidedBy?: readonly string[]
  /** X-Request-Id */
  request?: string
  /** Type that was asked of. */
  type?: string
  /** What was asked, as it came in: `Condition?patient=1`; of a conditional write its criteria. */
  query?: string
  /** Of reads, writes, histories and instance operations. */
  parts?: readonly DeedPart[]
  /** Of searches and operations: every Patient of whom something was disclosed, each once. */
  patients?: readonly string[]
  /** How many resources were disclosed. */
  count?: number
  /** Why the glass was broken. */
  reason?: string
  /** What was refused alike in one minute is kept once: how often. */
  times?: number
  /** Of `external`: the AuditEvent as it was sent, with id and meta written in. */
  event?: object
}

/** A deed as the log has it. */
export interface RecordedDeed extends Deed {
  /** A deed that is too large for one record goes on in the next ones: this is one of those, with more parts or patients. */
  further?: true
  key: string
  recorded: number
  chain: string
  number: number
  hash: string
}
