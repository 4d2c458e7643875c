import type { Change } from '../../resources/store/port.ts'

/** Types that criteria of scopes and policies look up. Consents count their changes themselves. */
const TELLING: ReadonlySet<string> = new Set(['ValueSet', 'CodeSystem'])

/** Counts what changes the rights of callers in this process, so that rights made before are made anew. */
export class RightsVersion {
  version = 0

  /** What rights follow from has changed: a policy, say. */
  changed(): void {
    this.version++
  }

  /** Is told what was committed, before it is answered. */
  committed(changes: readonly Change[]): void {
    if (changes.some(({ kind, type }) => kind !== 'index' && TELLING.has(type))) this.changed()
  }
}
