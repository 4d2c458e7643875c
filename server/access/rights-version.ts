import type { Change } from '../../resources/store/port.ts'

/** Types that say who may see what. */
const TELLING: ReadonlySet<string> = new Set(['Consent', 'ValueSet', 'CodeSystem'])

/** Counts what changes the rights of callers in this process, so that rights made before are made anew. */
export class RightsVersion {
  version = 0

  /** What rights follow from has changed: a policy, a grant, a consent. */
  changed(): void {
    this.version++
  }

  /** Is told what was committed, before it is answered. */
  committed(changes: readonly Change[]): void {
    if (changes.some(({ kind, type }) => kind !== 'index' && TELLING.has(type))) this.changed()
  }
}
