import { isLoopbackHttp } from '../../auth/token/discovery.ts'

/** Which FHIR base knows a code system: some by their urls, and one for all others. */
export interface TerminologyServers {
  bySystem: ReadonlyMap<string, string>
  others: string | undefined
}

/**
 * Reads CHARTROOM_TERMINOLOGY_SERVER: `https://tx.example/r4` for all systems that are not held here, `http://loinc.org=https://…`
 * for one, with commas between. Undefined where it is unset.
 *
 * @throws Error with a sentence for the user
 */
export function terminologyServers(text: string): TerminologyServers | undefined {
  if (text === '' || text === 'unset') return undefined
  const bySystem = new Map<string, string>()
  let others: string | undefined
  for (const part of text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)) {
    const at = part.lastIndexOf('=http')
    if (at > 0) bySystem.set(part.slice(0, at), baseOf(part.slice(at + 1)))
    else if (others === undefined) others = baseOf(part)
    else
      throw new Error('CHARTROOM_TERMINOLOGY_SERVER names two servers for all systems; `system=url` names one for one')
  }
  return { bySystem, others }
}

function baseOf(text: string): string {
  const url = URL.parse(text)
  const shown = text.replace(/\/\/[^/]*@/, '//')
  if (!url || (url.protocol !== 'https:' && !isLoopbackHttp(text))) {
    throw new Error(`CHARTROOM_TERMINOLOGY_SERVER: ${shown} is no https URL (http is for this machine alone)`)
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new Error(
      `CHARTROOM_TERMINOLOGY_SERVER: ${shown} has a user, a query or a fragment, which a FHIR base has not`,
    )
  }
  return url.href.replace(/\/+$/, '')
}
