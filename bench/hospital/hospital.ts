import type { Deed } from '../../auth/audit/deed.ts'
import type { Case, Cast } from './cast.ts'
import { Deeds } from './deeds.ts'
import { Draw } from './draw.ts'
import { inShift, isHere, type Look, Rounds } from './looks.ts'
import { type Patient, Patients } from './patients.ts'
import { plant } from './planted.ts'
import { DAY, type HospitalSize, scaleOf, startOf } from './size.ts'
import { type Department, type Workforce, workforce } from './staff.ts'
import { type Visit, Visits } from './visits.ts'

/** Visits that begin on a day with 300 beds. */
const ARRIVALS: Readonly<Record<Department['kind'], number>> = { ward: 48, clinic: 55, emergency: 24, office: 0 }

/** Looks of a day with 300 beds that the record does not explain, and are for work all the same: help, questions by phone. */
const HELP = 20

/** Share of such looks that are followed by another, a day later. */
const AGAIN = 0.1

/** Share of those who have a label that they are let look at. */
const LET = 0.03

/** What is done in the hospital, day by day. */
export class Hospital {
  readonly size: HospitalSize
  readonly work: Workforce
  readonly patients: Patients
  readonly visits: Visit[] = []
  /** What was planted, in no order. */
  readonly cases: readonly Case[]
  private readonly draw: Draw
  private readonly maker: Visits
  private readonly rounds: Rounds
  private readonly deeds: Deeds
  private readonly cast: Cast
  private readonly scale: number
  private readonly begin: number
  private readonly toCode = new Map<number, Visit[]>()
  private active: Visit[] = []
  private made = 0
  /** Who helped whom on the day before. */
  private helped: Pick<Look, 'who' | 'patient'>[] = []

  constructor(size: HospitalSize) {
    this.size = size
    this.scale = scaleOf(size)
    this.begin = startOf(size)
    this.draw = new Draw(size.seed, 1)
    this.work = workforce(this.draw, this.scale)
    this.patients = new Patients(this.draw, this.work.staff, size.events)
    this.maker = new Visits(this.draw, this.work, this.begin)
    this.rounds = new Rounds(this.draw, this.work, this.begin)
    this.deeds = new Deeds(this.draw)
    const { draw, work, patients, maker: visits, deeds, begin } = this
    this.cast = plant({ draw, work, patients, visits, deeds, begin, days: size.days }, this.scale)
    this.cases = this.cast.cases
  }

  /** The deeds of each day in the order of their time. To be gone through once, by one. */
  *days(): Generator<Deed[]> {
    for (const visit of this.cast.staying) this.take(visit)
    for (let day = 0; day < this.size.days; day++) {
      const deeds = this.dayOf(day).sort((one, other) => one.at - other.at)
      this.made += deeds.length
      yield deeds
    }
  }

  private dayOf(day: number): Deed[] {
    const [start, end] = [this.begin + day * DAY, this.begin + (day + 1) * DAY]
    this.arrive(day)
    const here = this.active.filter(({ first }) => first <= day)
    const looks = [
      ...here.flatMap((visit) => this.rounds.care(visit, day)),
      ...(this.toCode.get(day) ?? []).flatMap((visit) => this.rounds.coding(visit)),
      ...this.help(here, day),
      ...this.emergencies(here, day),
      ...this.refusals(here, day),
      ...this.cast.looks.filter(({ at }) => at >= start && at < end),
    ]
    this.toCode.delete(day)
    this.active = this.active.filter(({ last }) => last > day)
    const extra = this.cast.extra.filter(({ at }) => at >= start && at < end).map(({ deed }) => deed)
    return [...looks.flatMap((look) => this.deeds.of(look)), ...extra, ...this.others(here, start)]
  }

  /** More come, or fewer, as it takes to come to the number of events that is wanted. */
  private arrive(day: number): void {
    const { draw, size } = this
    const due = (size.events * (day + 1)) / size.days
    const pace = day === 0 ? 1 : Math.min(1.3, Math.max(0.7, 1 + (due - this.made) / (size.events / size.days) / 10))
    for (const department of this.work.departments) {
      const alike = this.work.departments.filter(({ kind }) => kind === department.kind).length
      const count = draw.times((ARRIVALS[department.kind] * this.scale * pace) / alike)
      for (let at = 0; at < count; at++) this.take(this.maker.visit(this.someone(), department, day))
    }
  }

  private take(visit: Visit): void {
    this.visits.push(visit)
    this.active.push(visit)
    const due = this.toCode.get(visit.coded)
    if (due) due.push(visit)
    else this.toCode.set(visit.coded, [visit])
  }

  private someone(): Patient {
    for (;;) {
      const patient = this.draw.pick(this.patients.all)
      if (!patient.isCast && patient.deceased === undefined) return patient
    }
  }

  private help(here: readonly Visit[], day: number): Look[] {
    const { draw, rounds } = this
    const again = this.helped.filter(({ who }) => draw.chance(AGAIN) && isHere(who, day))
    const asked = Array.from({ length: draw.times(HELP * this.scale) }, () => ({
      who: draw.pick(this.work.staff),
      patient: draw.pick(here).patient,
    })).filter(({ who, patient }) => isHere(who, day) && this.mayHelp(who, patient))
    this.helped = [...again, ...asked]
    return this.helped.map(({ who, patient }) => {
      const at = inShift(draw, who, rounds.startOf(day))
      return { at, who, patient, events: draw.integer(1, 4), manner: 'chart' }
    })
  }

  private mayHelp(who: Look['who'], patient: Patient): boolean {
    if (patient.isCast || patient.staff === who) return false
    return patient.label === undefined || this.draw.chance(LET)
  }

  /** Where the glass is broken for care, the visit is there. */
  private emergencies(here: readonly Visit[], day: number): Look[] {
    const { draw } = this
    const arrived = here.filter(({ first, department }) => first === day && department.kind === 'emergency')
    return arrived
      .filter(() => draw.chance(0.05))
      .map((visit) => ({
        at: visit.start - draw.integer(1, 50) * 60_000,
        who: visit.attending,
        patient: visit.patient,
        events: 3,
        manner: 'emergency',
        visit,
      }))
  }

  private refusals(here: readonly Visit[], day: number): Look[] {
    const { draw } = this
    return Array.from({ length: draw.times(6 * this.scale) }, () => {
      const who = draw.pick(this.work.staff)
      const { patient } = draw.pick(here)
      return {
        at: inShift(draw, who, this.rounds.startOf(day)),
        who,
        patient,
        events: draw.integer(1, 2),
        manner: 'refused',
      } as const
    }).filter(({ who, patient }) => !patient.isCast && patient.staff !== who && isHere(who, day))
  }

  /** Patients themselves, and the nightly copy of the data warehouse. */
  private others(here: readonly Visit[], start: number): Deed[] {
    const { draw } = this
    const own = here
      .filter(() => draw.chance(0.08))
      .map(({ patient }) => this.deeds.ofPatient(start + draw.integer(0, DAY - 1), patient))
    return [
      ...own,
      this.deeds.export(start + 2 * 3_600_000, { client: 'warehouse' }, '10.200.0.5', this.patients.all.length),
    ]
  }
}
