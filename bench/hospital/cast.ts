import type { Deed } from '../../auth/audit/deed.ts'
import type { Deeds } from './deeds.ts'
import type { Draw } from './draw.ts'
import { inShift, type Look } from './looks.ts'
import type { Patient, Patients } from './patients.ts'
import { DAY } from './size.ts'
import type { Department, Staff, Workforce } from './staff.ts'
import type { Visit, Visits } from './visits.ts'

/** A case of snooping that was planted: what the answer key says. */
export interface Case {
  /** The rule of `him/privacy/screen` that it is made for. */
  rule: string
  /** Practitioner/staff-1 */
  user: string
  /** Ids of the Patients; none where it is about no one. */
  patients: string[]
  /** ms since 1970: the first and the last access of it. */
  from: number
  to: number
}

/** What those who plant a case work with. */
export interface Stage {
  draw: Draw
  work: Workforce
  patients: Patients
  visits: Visits
  deeds: Deeds
  begin: number
  days: number
}

/** What was planted: cases, and what goes with them. */
export class Cast {
  readonly cases: Case[] = []
  readonly looks: Look[] = []
  readonly extra: { at: number; deed: Deed }[] = []
  readonly staying: Visit[] = []
  readonly stage: Stage
  private readonly used = new Set<Staff>()
  private readonly free: Staff[]

  constructor(stage: Stage) {
    this.stage = stage
    const jobs = ['nurse', 'physician', 'registrar'] as const
    this.free = jobs.flatMap((job) => [...stage.work.of(job)]).filter(({ shift }) => shift !== 'night')
  }

  /** Somebody who works by day and has no part yet. */
  snooper(suits: (staff: Staff) => boolean = () => true): Staff {
    const { draw } = this.stage
    const left = this.free.filter((one) => !this.used.has(one) && suits(one))
    if (left.length === 0) throw new Error('too small a hospital for what is planted in it')
    const one = draw.pick(left)
    this.used.add(one)
    return one
  }

  /** A day of the middle part of the time; `early` of it is left for what is usual. */
  day(early = 0.2): number {
    const { draw, days } = this.stage
    return draw.integer(Math.ceil(days * early), Math.floor(days * 0.9))
  }

  /** Days apart from each other, the first some time from the beginning. */
  someDays(count: number): number[] {
    const first = this.day()
    return Array.from({ length: count }, (_, at) => Math.min(first + at, this.stage.days - 1))
  }

  startOf(day: number): number {
    return this.stage.begin + day * DAY
  }

  /** Somebody looks at records: at a moment, or in the shift of a day. */
  look(
    who: Staff,
    patient: Patient,
    where: { day: number } | { at: number },
    manner: Look['manner'] = 'chart',
    events = this.stage.draw.integer(2, 5),
  ): void {
    const at = 'at' in where ? where.at : inShift(this.stage.draw, who, this.startOf(where.day))
    this.looks.push({ at, who, patient, events, manner })
  }

  /** A stay of a patient in which these have no part. */
  stay(patient: Patient, day: number, without: readonly Staff[]): Visit {
    const { draw, work, visits } = this.stage
    const isAnother = (one: Department) => one.kind === 'ward' && !without.some(({ department }) => department === one)
    const wards = work.departments.filter(isAnother)
    const visit = visits.visit(patient, draw.pick(wards), day, without)
    this.staying.push(visit)
    return visit
  }

  /** People of the town who have no part, each once. */
  strangers(count: number): Patient[] {
    const { draw, patients } = this.stage
    const suits = ({ isCast, label, staff, deceased }: Patient) => !isCast && !label && !staff && deceased === undefined
    return draw.several(patients.all.filter(suits), count)
  }

  /** Notes a case, by the looks that were added since there were `since` of them. */
  note(rule: string, who: Staff, since: number): void {
    const looks = this.looks.slice(since)
    this.cases.push({
      rule,
      user: `Practitioner/${who.id}`,
      patients: [...new Set(looks.map(({ patient }) => patient.id))],
      from: Math.min(...looks.map(({ at }) => at)),
      to: Math.max(...looks.map(({ at }) => at)) + 30 * 60_000,
    })
  }
}
