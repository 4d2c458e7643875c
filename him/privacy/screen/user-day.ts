import type { Deed, RecordedDeed } from '../../../auth/audit/deed.ts'
import { agentName } from '../../../auth/audit/keys.ts'
import type { ClockDay } from './clock.ts'
import type { UserFacts } from './people.ts'

/** A user and a patient on one day. */
export interface PairDay {
  patient: string
  /** ms since 1970 */
  first: number
  last: number
  accesses: number
  sittings: number
  /** When the glass was broken, where it was. */
  glass?: number
  /** Keys of the records, the first of them. */
  keys: string[]
  /** The first access, for who explains it. */
  deed: RecordedDeed
  /** Why, by the record; undefined where nothing tells. */
  explanation?: string
}

/** What somebody did on one day. */
export interface UserDay {
  /** `agentName` */
  agent: string
  facts?: UserFacts
  day: ClockDay
  first: number
  last: number
  /** Keys of some of the records. */
  keys: string[]
  /** By id of the Patient. */
  pairs: Map<string, PairDay>
  refused: { count: number; keys: string[]; first: number; last: number; patients: Set<string> }
  /** Accesses that disclosed the most. */
  largest: { resources: number; at: number; key: string }[]
}

/** Keys that are kept to show for something. */
export const SHOWN = 20

/** Disclosures of a day that are kept, the largest. */
const LARGEST = 3

export interface Gathering {
  sittingMinutes: number
  listedPatients: number
}

/** Puts together what was done on a day, by user. */
export class DayOfAll {
  readonly day: ClockDay
  readonly users = new Map<string, UserDay>()
  private readonly gathering: Gathering

  constructor(day: ClockDay, gathering: Gathering) {
    this.day = day
    this.gathering = gathering
  }

  /** Takes a deed of who is no patient of the own, and no part of the server. */
  take(deed: RecordedDeed): void {
    if (!isOfInterest(deed)) return
    const user = this.userOf(deed)
    user.last = Math.max(user.last, deed.at)
    if (deed.outcome !== '0') {
      refused(user, deed)
      return
    }
    if (user.keys.length < SHOWN) user.keys.push(deed.key)
    const patients = patientsOf(deed)
    disclosed(user, deed, patients.size)
    if (patients.size > this.gathering.listedPatients) return
    for (const patient of patients) this.look(user, patient, deed)
  }

  private userOf({ agent, at }: RecordedDeed): UserDay {
    const name = agentName(agent)
    let user = this.users.get(name)
    if (!user) {
      const refused = { count: 0, keys: [], first: at, last: at, patients: new Set<string>() }
      user = { agent: name, day: this.day, first: at, last: at, keys: [], pairs: new Map(), refused, largest: [] }
      this.users.set(name, user)
    }
    return user
  }

  private look(user: UserDay, patient: string, deed: RecordedDeed): void {
    const { at, key, code } = deed
    const glass = code === 'break-glass' ? { glass: at } : {}
    const pair = user.pairs.get(patient)
    if (!pair) {
      user.pairs.set(patient, { patient, first: at, last: at, accesses: 1, sittings: 1, keys: [key], deed, ...glass })
      return
    }
    if (at - pair.last > this.gathering.sittingMinutes * 60_000) pair.sittings++
    pair.accesses++
    pair.last = Math.max(pair.last, at)
    if (pair.keys.length < SHOWN) pair.keys.push(key)
    if (pair.glass === undefined) Object.assign(pair, glass)
  }
}

function isOfInterest({ kind, agent }: Deed): boolean {
  if (kind !== 'rest' && kind !== 'operation' && kind !== 'security')
    return kind === 'application' && agent.user !== undefined
  return agent.system === undefined && !agent.user?.startsWith('Patient/') && agentName(agent) !== ''
}

function refused({ refused: all }: UserDay, deed: RecordedDeed): void {
  if (deed.kind === 'security' || deed.outcome !== '4') return
  if (all.count === 0) all.first = deed.at
  all.count += deed.times ?? 1
  all.last = deed.at
  if (all.keys.length < SHOWN) all.keys.push(deed.key)
  for (const patient of patientsOf(deed)) if (all.patients.size < SHOWN) all.patients.add(patient)
}

function disclosed({ largest }: UserDay, { code, count = 0, at, key }: RecordedDeed, patients: number): void {
  const resources = Math.max(count, patients)
  if (resources < 100 && code !== 'export') return
  largest.push({ resources, at, key })
  largest.sort((one, other) => other.resources - one.resources)
  if (largest.length > LARGEST) largest.pop()
}

function patientsOf({ parts = [], patients = [] }: Deed): Set<string> {
  return new Set([...patients, ...parts.flatMap((part) => part.patients)])
}
