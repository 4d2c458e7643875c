import { FhirError } from '../fhir-error.ts'

/** Deepest nesting a patch may build. Above the depth of any body the server reads, below what overflows a stack. */
const MAX_DEPTH = 1_000
const MAX_COPIED_NODES = 1_000_000
const MAX_MS = 500

/**
 * What one patch may spend. A short patch can ask for a lot: a `copy` of the document into itself doubles it each time,
 * and a FHIRPath expression of a hundred characters can run for years.
 */
export class Budget {
  private nodes = MAX_COPIED_NODES
  private readonly end: number

  constructor(ms: number = MAX_MS) {
    this.end = performance.now() + ms
  }

  /** Whole milliseconds that are left. Throws when there are none. */
  timeLeft(): number {
    const left = Math.floor(this.end - performance.now())
    if (left < 1) throw tooCostly('the patch takes too long')
    return left
  }

  /** Accounts for values that are copied within the document. */
  spendNodes(count: number): void {
    this.nodes -= count
    if (this.nodes < 0) throw tooCostly(`the patch copies more than ${MAX_COPIED_NODES} values`)
  }
}

/** Throws when a value would stand deeper than a patch may build. */
export function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw tooCostly(`the patch nests values deeper than ${MAX_DEPTH} levels`)
}

/** The error for a patch that asks for more work than is done for one. */
export function tooCostly(diagnostics: string): FhirError {
  return FhirError.of('unprocessable', diagnostics, { code: 'too-costly' })
}
