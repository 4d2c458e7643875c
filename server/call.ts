import type { Access } from '../auth/access.ts'
import type { BreakGlassGrants } from '../auth/break-glass/grants.ts'
import type { ConsentCutter } from '../auth/consent/cuts.ts'
import type { Screens } from '../operations/screens.ts'
import type { FhirError, Issue } from '../resources/fhir-error.ts'
import type { JsonDocument } from '../resources/json/parse.ts'
import type { Change, Outcome, Store } from '../resources/store/port.ts'
import type { Validator } from '../resources/validation/validator.ts'
import type { Zone } from '../resources/zone.ts'
import type { ParameterRegistry } from '../search/parameters.ts'
import type { QueryPair } from '../search/query.ts'
import type { Searcher } from '../search/searcher.ts'
import type { RightsVersion } from './access/rights-version.ts'
import type { AnswerStream } from './answer-stream.ts'
import type { Deferred } from './audit/deferred.ts'
import type { FoldedDeeds } from './audit/folded.ts'
import type { Recorder } from './audit/recorder.ts'
import type { Trace } from './audit/trace.ts'
import type { AuditUpkeep } from './audit/upkeep.ts'
import type { Moved } from './audit-events/moved.ts'
import type { Config } from './config.ts'
import type { Definitions } from './conformance/definitions.ts'
import type { StatementMode } from './conformance/statements.ts'
import type { Reindex } from './jobs/reindex.ts'
import type { Knowledge } from './knowledge.ts'
import type { Destination } from './routing.ts'
import type { UnderWay } from './write/under-way.ts'

/** What every interaction works with. Made once, in `services.ts`. */
export interface Services {
  config: Config
  store: Store
  searcher: Searcher
  /** The search parameters of this server: R4's and the stored ones. */
  parameters: ParameterRegistry
  /** Definitions and codes, stored and built in. */
  definitions: Definitions
  /** Of resources, by all that is checked. */
  validator: Validator
  reindex: Reindex
  screens: Screens
  /** FHIR base URL without `/` at the end. */
  baseUrl: string
  /** What a date without an offset is meant in. */
  zone: Zone
  /** Signs page links. */
  linkKey: Buffer
  /** The text of the CapabilityStatement, or of the TerminologyCapabilities. */
  capabilities(mode: StatementMode): Promise<Buffer>
  /** The way to another interaction. */
  dispatch(call: Call): Promise<Result>
  /** Has what was done put on record. */
  audit: Recorder
  /** Signs the log's days and archives its months; started when the server is. */
  upkeep: AuditUpkeep
  /** What anybody can do without being let in: put on record by the minute. */
  folded: FoldedDeeds
  underWay: UnderWay
  /** What patients have consented to, as it is stored now. */
  consents: ConsentCutter
  grants: BreakGlassGrants
  /** Is told what changes the rights of callers. */
  rights: RightsVersion
  /** Is told what clients' writes have committed, before they are answered. */
  committed(changes: readonly Change[], outcomes: readonly Outcome[]): void
  /** AuditEvents that an older chartroom kept as resources, and that went into the log at the start. */
  moved: Moved
  /** What is known besides resources: definitions of packages. */
  knowledge: Knowledge
  /** Ends what goes on and closes the store. */
  close(): Promise<void>
}

/** What a client may ask to be answered after a write (R4 http, "Prefer"). */
export type ReturnPreference = 'minimal' | 'representation' | 'OperationOutcome'

/** Conditions that HTTP headers, or a Bundle entry's request, put on an interaction. */
export interface Conditions {
  /** Versions of If-Match: one of them must be current. */
  ifMatch?: string[]
  /** Versions of If-None-Match; `*` stands for any. */
  ifNoneMatch?: string[]
  /** ms since 1970 */
  ifModifiedSince?: number
  /** Search criteria of If-None-Exist, without `?`. */
  ifNoneExist?: string
}

/** One interaction that is asked for, over HTTP or by a Bundle's entry. */
export interface Call extends Destination {
  access: Access
  query: readonly QueryPair[]
  /** What it is said to be for: codes of v3-ActReason, each once. Absent where nothing is said. */
  purposes?: readonly string[]
  /** Why it is asked behind glass that is broken already. */
  glassReason?: string
  /** The resource that a Bundle's entry brings, parsed. */
  document?: JsonDocument
  /** The body as it came in, and its media type without parameters. */
  body?: Uint8Array
  mediaType?: string
  conditions: Conditions
  preferReturn?: ReturnPreference
  /** Names the request, so that a create or transaction sent again is not carried out again. */
  onceKey?: string
  strict: boolean
  /** A search tells how it was made, too. */
  explain?: boolean
  /** The answer may be a stream. */
  takesStream?: true
  /** Aborted when whoever asked has left. */
  signal?: AbortSignal
  /** HEAD: what would be answered, without the body. */
  headOnly?: boolean
  /** Network address that the request came from, and its X-Request-Id. */
  from?: string
  request?: string
  /** Of an entry of a Bundle: takes its deed, which is put on record before the Bundle is answered. */
  deferred?: Deferred
  /** It is only tried whether this can be answered: nothing of it is. */
  isTrial?: boolean
}

/** How an interaction ended well; `http/errors.ts` maps it to a status. */
export type AnswerKind = 'ok' | 'created' | 'no-content' | 'not-modified'

export interface Answer {
  kind: AnswerKind
  /** FHIR JSON. */
  text?: Buffer
  /** In place of `text`. It has begun; whoever does not send it ends it. */
  stream?: AnswerStream
  /** The version that it is about: gives ETag and Last-Modified. */
  version?: { type: string; id: string; version: number; lastUpdated: number }
  /** Whether the client should be told where that version is: it was written, or found in the place of one to write. */
  located?: true
  /** Issues worth telling where no resource is returned. */
  issues?: Issue[]
}

/** An answer, or the error that stands in its place. */
export type Result = { answer: Answer; error?: never } | { error: FhirError; answer?: never }

/** A call that is carried out. */
export type TracedCall = Call & { trace: Trace }

export type Handler = (call: TracedCall, services: Services) => Promise<Answer>
