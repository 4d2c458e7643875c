import { FhirError } from '../../resources/fhir-error.ts'

/**
 * Bytes of bodies that are coming in and answers that are going out, all together: what clients send slowly, or do not
 * take, is held in memory meanwhile.
 */
export class InFlight {
  private readonly most: number
  private held = 0

  constructor(most: number) {
    this.most = most
  }

  /** Takes room for so many bytes; returns what gives it back, once. Throws `unavailable` when there is none. */
  take(bytes: number): () => void {
    // What is alone always fits, or a limit below that of one body would refuse it for ever.
    if (this.held > 0 && this.held + bytes > this.most) throw busy()
    return this.hold(bytes)
  }

  /** As `take`, for what must go out whether there is room or not. */
  hold(bytes: number): () => void {
    this.held += bytes
    let given = false
    return () => {
      if (!given) this.held -= bytes
      given = true
    }
  }
}

function busy(): FhirError {
  const diagnostics = 'The server is busy with other large bodies; try again.'
  return FhirError.of('unavailable', diagnostics, { code: 'throttled' })
}
