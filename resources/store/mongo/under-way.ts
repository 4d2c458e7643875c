import { MongoError } from 'mongodb'
import type { FhirError } from '../../fhir-error.ts'

/** What a store has under way, which it finishes before it closes. */
export class UnderWay {
  private readonly all = new Set<Promise<unknown>>()
  private closing = false

  get closed(): boolean {
    return this.closing
  }

  /** Does some work. What the driver or the server throws becomes what `told` makes of it; nothing is begun after `close`. */
  async add<T>(work: () => Promise<T>, told: (error: unknown) => FhirError): Promise<T> {
    if (this.closing) throw told(new Error('the store is closed'))
    const under = work()
    this.all.add(under)
    try {
      return await under
    } catch (error) {
      throw error instanceof MongoError ? told(error) : error
    } finally {
      this.all.delete(under)
    }
  }

  /** Resolves when all is done that was begun. */
  async close(): Promise<void> {
    this.closing = true
    await Promise.allSettled(this.all)
  }
}
