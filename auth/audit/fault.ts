/**
 * What is wrong with the log. `changed`: a record does not say what it was written with; `index`: it is not found by all that
 * it was written to be found by; `missing` and `reordered`: another one stands in its place; `truncated`: a chain ends before
 * its head; `head`: a signed head does not fit the log, or the heads before it.
 */
export type FaultKind = 'changed' | 'index' | 'missing' | 'reordered' | 'truncated' | 'head'

/** The first fault of a log, and where it is. */
export interface Fault {
  kind: FaultKind
  /** For people; no word of what a record says. */
  told: string
  chain?: string
  /** Of the record in its chain. */
  number?: number
  /** Of the record, where there is one. */
  key?: string
  /** Of a head. */
  day?: string
}

/** Thrown where the log is broken. */
export class AuditFault extends Error {
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.told)
    this.name = 'AuditFault'
    this.fault = fault
  }
}
