import { systemAccess } from '../../auth/access.ts'
import type { Store } from '../../resources/store/port.ts'
import type { Services } from '../call.ts'
import { Turn } from '../jobs/turn.ts'

const HINTS: readonly [path: string, what: string][] = [
  ['Patient?name=alvarez&_pretty=true', 'a patient by name'],
  ['Condition?patient=demo-patient-01&_pretty=true', 'what one patient has'],
  ['Claim/demo-claim-02-4?_pretty=true', 'a claim that was denied'],
  ['_history?_count=5&_pretty=true', 'what was written last'],
]

/** What to try first, in some lines; with `auth` by a token, which the first of them gets. */
export function demoHints(baseUrl: string, auth: boolean): string {
  const width = Math.max(...HINTS.map(([path]) => path.length))
  const bearer = auth ? '-H "Authorization: Bearer $TOKEN" ' : ''
  const curl = ([path, what]: (typeof HINTS)[number]) =>
    `  curl ${bearer}'${baseUrl}/${path}'${' '.repeat(width - path.length + 4)}${what}`
  return [
    'A demo hospital of 30 invented patients was loaded. Try:',
    ...(auth ? ['  TOKEN=$(npm run -s fhir -- token)'] : []),
    ...HINTS.map(curl),
  ].join('\n')
}

/**
 * Loads the demo hospital into a store in which nothing was ever written, or goes on with a load that was broken off.
 * A Bundle at a time: one of them all would leave the memory of the process twice as much larger. Answers whether it
 * did: of several processes on the store one does.
 */
export async function loadDemo(services: Services, today: string): Promise<boolean> {
  const turn = new Turn(services.store.shared, 'demo')
  if (!(await turn.take())) return false
  try {
    return await loadInTurn(services, today)
  } finally {
    await turn.give()
  }
}

async function loadInTurn(services: Services, today: string): Promise<boolean> {
  if (!(await isWanted(services.store))) return false
  // The tables are read on import: a server without a demo does without.
  const { demoBundles } = await import('./hospital.ts')
  const [hospital, ...patients] = demoBundles({ today })
  for (const bundle of [...patients, hospital]) await send(services, bundle)
  return true
}

/** The hospital is written last: patients without it are a load that was broken off. */
async function isWanted(store: Store): Promise<boolean> {
  if ((await store.history({}, {}, 1)).entries.length === 0) return true
  if (await store.read('Organization', 'demo-hospital')) return false
  return (await store.read('Patient', 'demo-patient-01')) !== undefined
}

async function send({ dispatch }: Services, bundle: unknown): Promise<void> {
  const { error } = await dispatch({
    interaction: 'bundle',
    access: systemAccess('demo'),
    query: [],
    body: Buffer.from(JSON.stringify(bundle)),
    conditions: {},
    strict: false,
  })
  if (error) throw new Error(`the demo hospital cannot be loaded: ${error.issues[0]?.diagnostics}`)
}
