import { beginningOf } from '../../beginning.ts'
import type { Place, Run } from '../place.ts'
import { unfit } from './finding.ts'

interface Compose {
  include?: readonly { system?: string }[]
  exclude?: readonly { system?: string }[]
}

/** ValueSet: the systems that it takes codes from are named by absolute URIs (R4 valueset.html, compose.include.system). */
export function checkValueSet(place: Place, run: Run): void {
  const { compose } = place.value as { compose?: Compose }
  for (const part of ['include', 'exclude'] as const) {
    for (const [at, { system }] of (compose?.[part] ?? []).entries()) {
      if (system === undefined || /^[A-Za-z][A-Za-z0-9+.-]*:./.test(system)) continue
      const finding = unfit('valueset-system', `A code system is named by an absolute URI: ${beginningOf(system)}`)
      run.report(place, finding, `compose.${part}[${at}].system`)
    }
  }
}
