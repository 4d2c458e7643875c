import { beginningOf } from '../../beginning.ts'
import type { Place, Run } from '../place.ts'
import { wrong } from './finding.ts'
import { checkUcum } from './quantities.ts'
import { isAbsolute } from './uris.ts'

/** Coding: its system is an absolute URI, and that of a code system (R4 datatypes.html#Coding). */
export function checkCoding(place: Place, run: Run): void {
  const { system } = place.value as { system?: string }
  if (system === undefined) return
  if (!isAbsolute(system))
    run.report(place, wrong('coding-system', `The system is no absolute URI: ${beginningOf(system)}`), 'system')
  else if (/^http:\/\/(?:hl7\.org\/fhir|terminology\.hl7\.org)\/ValueSet\//.test(system))
    run.report(
      place,
      wrong('coding-value-set', `A system is a code system, and no value set: ${beginningOf(system)}`),
      'system',
    )
  else checkUcum(place, run)
}
