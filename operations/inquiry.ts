import type { Access } from '../auth/access.ts'
import type { Verdict, VerifyProgress } from '../auth/audit/chain.ts'
import type { ExportedHeads } from '../auth/audit/proof.ts'
import type { AuditLog } from '../resources/store/audit.ts'
import type { Zone } from '../resources/zone.ts'
import type { QueryPair } from '../search/query.ts'
import type { Searcher } from '../search/searcher.ts'
import { type Input, type InputTable, readInput } from './input.ts'
import type { Level } from './operation.ts'
import type { Screens } from './screens.ts'

/** What an inquiry works with. */
export interface InquiryContext {
  access: Access
  /** Finds for whom it is told to: an inquiry says so with each search. */
  searcher: Searcher
  /** The records of the audit log, as stores keep them. */
  audit: AuditLog
  /** Reads all of it and tells whether it is as it was written. */
  verify(): AsyncGenerator<VerifyProgress, Verdict>
  /** Its signed heads, and one up to now. */
  heads(): Promise<ExportedHeads>
  /** FHIR base URL of this server, without `/` at the end. */
  baseUrl: string
  /** What a date without an offset is meant in. */
  zone: Zone
  /** ms since 1970: one moment for all of it, and over: all that is recorded from now on is recorded later. */
  now: number
  type: string
  /** Undefined at the level of a type. It need not be there, nor be what the caller may see. */
  id: string | undefined
  /** Aborted when the client has left: the work is for nobody then. */
  signal: AbortSignal
  /** Commits new resources as one; answers their ids, in their order. For inquiries that change something. */
  commit(resources: readonly object[]): Promise<string[]>
  screens: Screens
}

/** What an inquiry may be answered in. */
export type InquiryMedia = 'application/fhir+json' | 'text/csv' | 'text/html'

/** What an inquiry answers, and whom it tells something of. */
export type Told = (ToldResource | ToldStream) & {
  /** Ids of the Patients of whom something is disclosed, each once: the record of this very inquiry keeps them. */
  patients?: readonly string[]
  /** How many resources or rows are disclosed, where it is known. */
  count?: number
}

export interface ToldResource {
  resource: object
}

/**
 * An answer of whatever length, in pieces that are made as the client takes them: none is asked for before the one before it is
 * on its way. What is thrown before the first piece is answered as an error; later it breaks the connection, so that no
 * half looks like the whole. When the client leaves, the iterator is returned (`finally` runs).
 */
export interface ToldStream {
  mediaType: InquiryMedia
  chunks: AsyncIterable<string>
  /** Under which name a browser keeps it; without, it is shown. */
  fileName?: string
}

/**
 * An operation that answers something else than a page of resources that the caller may see, as its file declares it: mostly on the
 * audit log.
 */
export interface InquiryDefinition<T extends InputTable> {
  /** Its name, without `$`. */
  code: string
  /** Canonical of its OperationDefinition. */
  definition: string
  levels: readonly Level[]
  resourceTypes: readonly string[]
  /** One that does not may be asked with GET. */
  affectsState: boolean
  /** The type that the caller needs the permission to search of (`s`), whatever type it is asked of. */
  judgedBy: string
  input: T
  /** Throws `forbidden` unless the caller may ask for this, before anything is looked up. */
  demand(access: Access, place: { type: string; id: string | undefined }): void
  run(context: InquiryContext, input: Input<T>): Promise<Told>
}

/** An inquiry as all others see it. */
export interface Inquiry extends Omit<InquiryDefinition<InputTable>, 'run'> {
  /** Reads its input and runs it. Throws `invalid` for what its table does not allow. */
  inquire(context: InquiryContext, pairs: readonly QueryPair[]): Promise<Told>
}

/** Declares an inquiry. */
export function defineInquiry<T extends InputTable>(declared: InquiryDefinition<T>): Inquiry {
  const { run, ...rest } = declared
  return {
    ...rest,
    inquire: async (context, pairs) => run(context, readInput(declared.input, pairs, context.zone).input),
  }
}
