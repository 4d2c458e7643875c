import type { Consent, ConsentProvision } from '@medplum/fhirtypes'
import type { Directory } from '../directory.ts'
import { nameOf, type ReadingContext } from '../record-reading.ts'

const PERMITS: ReadonlySet<string> = new Set(['active', 'inactive'])

/** Consents whose answer is kept in mind. */
const MOST_KEPT = 1_000

/** Tells whether a disclosure was by an authorization of the individual (45 CFR 164.508): a Consent that permits it. */
export class Authorizations {
  private readonly directory: Directory
  private readonly context: ReadingContext
  private readonly known = new Map<string, Promise<Consent | undefined>>()

  constructor(directory: Directory, context: ReadingContext) {
    this.directory = directory
    this.context = context
  }

  /**
   * Whether one of what decided (`Consent/1`, also as a URL of this server) is a Consent of the patient that permits, either as a
   * whole or to this recipient. A Consent that cut what was shown is none.
   */
  async permit(decidedBy: readonly string[], patient: string, recipient: string): Promise<boolean> {
    for (const text of decidedBy) {
      const name = nameOf({ reference: text }, this.context)
      if (!name?.startsWith('Consent/')) continue
      const consent = await this.consent(name)
      if (consent && this.permits(consent, patient, recipient)) return true
    }
    return false
  }

  private consent(name: string): Promise<Consent | undefined> {
    const known = this.known.get(name)
    if (known) return known
    if (this.known.size >= MOST_KEPT) this.known.clear()
    const found = this.directory.read<Consent>(name)
    this.known.set(name, found)
    return found
  }

  private permits({ status, patient: of, provision }: Consent, patient: string, recipient: string): boolean {
    if (!PERMITS.has(status ?? '') || nameOf(of, this.context) !== `Patient/${patient}` || !provision) return false
    if (provision.type === 'permit') return this.isFor(provision, recipient, true)
    return (provision.provision ?? []).some((one) => one.type === 'permit' && this.isFor(one, recipient, false))
  }

  /** Who no actor is named in is everybody, where the whole is permitted. */
  private isFor({ actor = [] }: ConsentProvision, recipient: string, isWhole: boolean): boolean {
    if (actor.length === 0) return isWhole
    return actor.some(({ reference }) => nameOf(reference, this.context) === recipient)
  }
}
