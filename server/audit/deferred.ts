import type { Deed } from '../../auth/audit/deed.ts'
import type { FhirError } from '../../resources/fhir-error.ts'
import { type Recorder, unrecorded } from './recorder.ts'

/**
 * The deeds of a Bundle's entries that only read, or were refused: its answer leaves as one, so that they can become durable
 * together. What writes has its record in its own commit.
 */
export class Deferred {
  private readonly deeds = new Map<object, Deed>()

  /** Takes the deed of a call, in place of one that it took before. */
  add(call: object, deed: Deed): void {
    this.deeds.set(call, deed)
  }

  /** Whether the record of a call waits here. */
  has(call: object): boolean {
    return this.deeds.has(call)
  }

  /** Puts all on record. Gives the error that stands in the place of all their answers, where they cannot be. */
  async record(recorder: Recorder): Promise<FhirError | undefined> {
    if (this.deeds.size === 0) return undefined
    return recorder.record([...this.deeds.values()]).then(() => undefined, unrecorded)
  }
}
