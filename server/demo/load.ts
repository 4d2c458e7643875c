import { systemAccess } from '../../auth/access.ts'
import type { Services } from '../call.ts'

/** What to try first, in five lines. */
export function demoHints(baseUrl: string): string {
  return [
    'A demo hospital of 30 invented patients was loaded. Try:',
    `  curl '${baseUrl}/Patient?name=alvarez&_pretty=true'                 a patient by name`,
    `  curl '${baseUrl}/Condition?patient=demo-patient-01&_pretty=true'    what one patient has`,
    `  curl '${baseUrl}/Claim/demo-claim-02-4?_pretty=true'                a claim that was denied`,
    `  curl '${baseUrl}/_history?_count=5&_pretty=true'                    what was written last`,
  ].join('\n')
}

/**
 * Loads the demo hospital into a store in which nothing was ever written, as one transaction: it is there whole or not
 * at all. Answers whether it did.
 */
export async function loadDemo(services: Services, today: string): Promise<boolean> {
  if ((await services.store.history({}, {}, 1)).entries.length > 0) return false
  // The tables are read on import: a server without a demo does without.
  const { demoBundles } = await import('./hospital.ts')
  const entry = demoBundles({ today }).flatMap((bundle) => bundle.entry ?? [])
  const { error } = await services.dispatch({
    interaction: 'bundle',
    access: systemAccess('demo'),
    query: [],
    body: Buffer.from(JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry })),
    conditions: {},
    strict: false,
  })
  if (error) throw new Error(`the demo hospital cannot be loaded: ${error.issues[0]?.diagnostics}`)
  return true
}
