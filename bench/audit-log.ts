import { encodeDeed } from '../auth/audit/codec.ts'
import type { Deed } from '../auth/audit/deed.ts'
import type { Store } from '../resources/store/port.ts'

const USERS = 2_000
export const PATIENTS = 50_000

/** Records of one commit. */
const AT_ONCE = 2_000

/** Numbers that are the same each time (mulberry32). */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** Appends the accesses of a hospital to a store's log, until it has about so many events. */
export async function fillLog(store: Store, events: number, told: (events: number) => void): Promise<void> {
  const below = numbersFrom(8)
  let made = 0
  for (let unit = 0; made < events; unit++) {
    const deeds = Array.from({ length: AT_ONCE }, (_, at) => deedOf(unit * AT_ONCE + at, below))
    for (const { patients = [] } of deeds) made += Math.max(1, patients.length)
    await store.commit({ changes: [], guards: [], audit: deeds.flatMap((deed) => encodeDeed(deed)) })
    told(made)
  }
}

/** Of a hundred: 75 reads, 20 searches of some patients, 3 updates, one create, one operation; one is refused, three are paid for. */
function deedOf(number: number, below: (most: number) => number): Deed {
  const kind = below(100)
  const at = Date.now()
  const base = {
    at,
    agent: { user: `Practitioner/u${below(USERS)}`, subject: `u${below(USERS)}`, client: 'workbench', role: 'nurse' },
    from: `10.1.${below(8)}.${below(250)}`,
    outcome: below(100) === 0 ? ('4' as const) : ('0' as const),
    purposes: [below(100) < 3 ? 'HPAYMT' : below(1_000) === 0 ? 'ETREAT' : 'TREAT'],
    decidedBy: ['policy/nurse|3'],
    request: `r-${number}`,
    kind: 'rest' as const,
  }
  const patient = `p${below(PATIENTS)}`
  const part = { type: 'Observation', id: `o${below(5_000_000)}`, version: 1, patients: [patient] }
  if (kind < 75) return { ...base, code: 'read', action: 'R', parts: [part] }
  if (kind < 95) {
    const patients = [...new Set(Array.from({ length: 1 + below(5) }, () => `p${below(PATIENTS)}`))]
    return { ...base, code: 'search-type', action: 'R', query: `Observation?patient=${patient}`, patients, count: 20 }
  }
  if (kind < 98) return { ...base, code: 'update', action: 'U', parts: [part] }
  if (kind < 99) return { ...base, code: 'create', action: 'C', parts: [part] }
  return { ...base, kind: 'operation', code: 'everything', action: 'E', patients: [patient], count: 200 }
}
