import { createHash } from 'node:crypto'
import type { State, StateChange } from '../../resources/store/state.ts'
import type { Identity } from '../identity.ts'

const KIND = 'btg'

/** Patients that one user may have broken the glass for at the same time. */
export const MOST_GRANTS = 20

/** That a user may see the record of a patient for a while, whatever policy, labels and consent say. */
export interface Grant {
  /** Id of the Patient. */
  patient: string
  /** ms since 1970, when it ends. */
  until: number
}

/** Who broke the glass for whom: state that all processes share, and that ends by itself. */
export class BreakGlassGrants {
  private readonly state: Pick<State, 'find'>
  private changes = 0

  constructor(state: Pick<State, 'find'>) {
    this.state = state
  }

  /** Counts what this process has added. */
  get version(): number {
    return this.changes
  }

  /** What is granted to a user now. */
  async of(user: Pick<Identity, 'issuer' | 'subject'>): Promise<Grant[]> {
    const entries = await this.state.find(KIND, nameOf(user), MOST_GRANTS)
    return entries.flatMap(({ value, expires }) => {
      const { patient } = (value ?? {}) as { patient?: unknown }
      return typeof patient === 'string' && expires !== undefined ? [{ patient, until: expires }] : []
    })
  }

  /** The change that grants it, to be committed along with what tells of it. */
  granting(user: Pick<Identity, 'issuer' | 'subject'>, { patient, until }: Grant): StateChange {
    const name = nameOf(user)
    return { kind: 'put', of: KIND, key: `${name} ${patient}`, value: { patient }, expires: until, aliases: [name] }
  }

  /** Is told that a grant was committed here. */
  granted(): void {
    this.changes++
  }
}

/** A user under one name: a subject is the issuer's own. */
function nameOf({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url')
}
