import type { Job } from './job.ts'

/** What an operation of the whole system works with. */
export interface SystemContext {
  reindex: Job
}

/** An operation of the whole system (R4 operations.html), as its file declares it. It has no input. */
export interface SystemOperation {
  /** Its name, without `$`. */
  code: string
  /** Canonical of its OperationDefinition. */
  definition: string
  /** What POST does; answers the resource that is sent back. */
  run(context: SystemContext): Promise<object>
  /** What GET tells, where it tells anything: it changes nothing. */
  look?(context: SystemContext): Promise<object>
}
