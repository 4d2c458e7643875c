import { resourceTypes } from '../../definitions/definitions.ts'
import type { Layer, Place, Run } from '../place.ts'
import { checkAgainst } from './check.ts'
import { coreType } from './reference.ts'

/** Holds each resource against the profiles that it claims, and the body against those that were asked for. */
export const profilesLayer: Layer = {
  name: 'profiles',
  checkOf: (type) => (resourceTypes.has(type) ? checkProfiles : undefined),
}

function checkProfiles(place: Place, run: Run): void {
  const { meta } = place.value as { meta?: { profile?: readonly (string | null)[] } }
  for (const [at, canonical] of (meta?.profile ?? []).entries()) {
    if (canonical) hold(place, canonical, run, `meta.profile[${at}]`)
  }
  if (place !== run.body) return
  for (const canonical of run.options.profiles) hold(place, canonical, run, undefined)
}

function hold(place: Place, canonical: string, run: Run, member: string | undefined): void {
  if (coreType(canonical) === place.type) return
  const structure = run.known.structure(canonical)
  if (structure === undefined) return
  if (!structure) {
    const diagnostics = `Not checked: the profile ${canonical} is not held here. ImplementationGuide/$install adds its package.`
    run.report(place, { severity: 'warning', code: 'not-found', messageId: 'profile-unknown', diagnostics }, member)
    return
  }
  if (structure.abstract === true && structure.derivation === 'constraint') {
    const diagnostics = `the profile ${canonical} is abstract: resources are to follow one that is based on it`
    const finding = {
      severity: 'information',
      code: 'informational',
      messageId: 'profile-abstract',
      diagnostics,
    } as const
    run.report(place, finding, member)
  }
  checkAgainst(place, structure, run)
}
