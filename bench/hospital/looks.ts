import type { Draw } from './draw.ts'
import type { Patient } from './patients.ts'
import { DAY } from './size.ts'
import type { Staff, Workforce } from './staff.ts'
import type { Visit } from './visits.ts'

const HOUR = 3_600_000

/** What somebody does with a record at one sitting. */
export interface Look {
  /** ms since 1970 */
  at: number
  who: Staff
  patient: Patient
  /** Accesses of it. */
  events: number
  /** `glance`: little more than who it is. `refused`: nothing is shown. `emergency`: the glass is broken first. */
  manner: 'chart' | 'glance' | 'coding' | 'billing' | 'registration' | 'refused' | 'emergency'
  visit?: Visit
}

/** A moment of a day in somebody's shift. */
export function inShift(draw: Draw, { shift }: Pick<Staff, 'shift'>, start: number): number {
  const hour = draw.unit() * (shift === 'office' ? 9 : 12) + (shift === 'office' ? 8 : shift === 'day' ? 7 : 19)
  return start + Math.floor((hour % 24) * HOUR)
}

/** Who looks at records for work: what a visit brings about on each of its days. */
export class Rounds {
  private readonly draw: Draw
  private readonly work: Workforce
  private readonly begin: number

  constructor(draw: Draw, work: Workforce, begin: number) {
    this.draw = draw
    this.work = work
    this.begin = begin
  }

  /** The looks of care, on a day that a visit lasts. */
  care(visit: Visit, day: number): Look[] {
    const { draw } = this
    const looks: Look[] = []
    const isStay = visit.department.kind === 'ward'
    const add = (who: Staff, manner: Look['manner'], events: number, at = inShift(draw, who, this.startOf(day))) => {
      if (who !== visit.patient.staff) looks.push({ at, who, patient: visit.patient, events, manner, visit })
    }
    if (day === visit.first) add(visit.registrar, 'registration', draw.integer(2, 4))
    for (let time = 0; time < (isStay ? draw.integer(1, 2) : 1); time++)
      add(visit.attending, 'chart', draw.integer(2, 6))
    for (let time = 0; time < (isStay ? 3 : 1); time++) add(this.onDuty(visit, day), 'chart', draw.integer(1, 5))
    for (const other of visit.others) if (draw.chance(0.6)) add(other, 'chart', draw.integer(1, 4))
    if (visit.pharmacist && draw.chance(0.5)) add(visit.pharmacist, 'chart', draw.integer(1, 3))
    for (const { at, performer } of visit.orders) {
      const isToday = at >= this.startOf(day) && at < this.startOf(day + 1)
      if (isToday) add(performer, 'glance', draw.integer(1, 2))
    }
    return looks
  }

  /** The looks of those who code and bill, on the day that a visit is coded. */
  coding(visit: Visit): Look[] {
    const { draw } = this
    const { coder, biller, patient, coded } = visit
    const looks: Look[] = [
      {
        at: inShift(draw, coder, this.startOf(coded)),
        who: coder,
        patient,
        events: draw.integer(3, 8),
        manner: 'coding',
        visit,
      },
    ]
    if (biller) {
      const at = inShift(draw, biller, this.startOf(coded))
      looks.push({ at, who: biller, patient, events: draw.integer(1, 3), manner: 'billing', visit })
    }
    return looks.filter(({ who }) => who !== patient.staff)
  }

  startOf(day: number): number {
    return this.begin + day * DAY
  }

  /** A nurse, or at times a physician, of the visit's department who works that day. */
  private onDuty({ department }: Visit, day: number): Staff {
    const { draw, work } = this
    const nurses = work.of(draw.chance(0.12) ? 'physician' : 'nurse', department)
    for (let attempt = 0; attempt < 20; attempt++) {
      const one = draw.pick(nurses)
      if (isHere(one, day) && (day + Number(one.id.split('-')[1])) % 7 < 5) return one
    }
    return nurses.find((one) => isHere(one, day)) ?? nurses[0]!
  }
}

/** Whether somebody has not left by a day. */
export function isHere({ ended }: Staff, day: number): boolean {
  return ended === undefined || day < ended
}
