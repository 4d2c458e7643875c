import type { Draw } from './draw.ts'
import type { Patient } from './patients.ts'
import { DAY } from './size.ts'
import type { Department, Job, Staff, Workforce } from './staff.ts'

const HOUR = 3_600_000

/** Something that was ordered in a visit, and who did it. */
export interface Order {
  id: string
  at: number
  requester: Staff
  performer: Staff
}

/** A visit: a stay on a ward, an hour in a clinic, some in the emergency department. */
export interface Visit {
  id: string
  patient: Patient
  department: Department
  /** ms since 1970 */
  start: number
  end: number
  /** Days (0 is the first). */
  first: number
  last: number
  attending: Staff
  /** Participants besides: float nurses, a consultant. */
  others: Staff[]
  /** In the care team besides. */
  pharmacist?: Staff
  orders: Order[]
  registrar: Staff
  coder: Staff
  coded: number
  biller?: Staff
}

/** Days from the end of a visit to when it is coded, and days that a coder leaves all for one. */
const UNTIL_CODED = [1, 5] as const
const BACKLOG = 6

/** Makes visits by chance: who comes where, how long it takes and who does what. */
export class Visits {
  private readonly draw: Draw
  private readonly work: Workforce
  private readonly begin: number
  private made = 0

  constructor(draw: Draw, work: Workforce, begin: number) {
    this.draw = draw
    this.work = work
    this.begin = begin
  }

  /** A visit of a patient that begins on a day; nobody of `without` has a part in it. */
  visit(patient: Patient, department: Department, day: number, without: readonly Staff[] = []): Visit {
    const { draw } = this
    const pick = (job: Job, at?: Department) => this.someone(job, at, patient, without)
    const start = this.begin + day * DAY + this.hourOf(department) * HOUR + draw.integer(0, 59) * 60_000
    const end = start + this.length(department)
    const last = Math.floor((end - this.begin) / DAY)
    const isStay = department.kind === 'ward'
    const attending = pick('physician', department)
    const coder = pick('coder')
    const id = `visit-${++this.made}`
    const visit: Visit = {
      id,
      patient,
      department,
      start,
      end,
      first: day,
      last,
      attending,
      others: isStay && draw.chance(0.25) ? [pick('float-nurse')] : [],
      ...(isStay && draw.chance(0.5) ? { pharmacist: pick('pharmacist') } : {}),
      orders: this.orders(id, { start, end }, attending, isStay ? 2 : 0.5, () => pick('laboratory')),
      registrar: pick('registrar'),
      coder,
      coded: this.codedOn(coder, last),
      ...(isStay ? { biller: pick('biller') } : {}),
    }
    return visit
  }

  private orders(
    visit: string,
    { start, end }: { start: number; end: number },
    requester: Staff,
    mean: number,
    performer: () => Staff,
  ): Order[] {
    const { draw } = this
    return Array.from({ length: draw.times(mean) }, (_, at) => ({
      id: `order-${visit.slice('visit-'.length)}-${at}`,
      at: start + Math.floor(draw.unit() * (end - start)),
      requester,
      performer: performer(),
    }))
  }

  /** Who has the time: never whose record it is. */
  private someone(job: Job, department: Department | undefined, patient: Patient, without: readonly Staff[]): Staff {
    const all = this.work.of(job, department)
    for (let attempt = 0; attempt < 20; attempt++) {
      const one = this.draw.pick(all)
      if (one.shift !== 'night' && one !== patient.staff && one.ended === undefined && !without.includes(one))
        return one
    }
    return all.find((one) => one !== patient.staff && one.ended === undefined && !without.includes(one)) ?? all[0]!
  }

  private hourOf({ kind }: Department): number {
    return kind === 'emergency' ? this.draw.integer(0, 23) : this.draw.integer(8, kind === 'clinic' ? 15 : 17)
  }

  private length({ kind }: Department): number {
    const { draw } = this
    if (kind === 'ward') return Math.round((1 + draw.unit() * draw.unit() * 14) * DAY)
    return (kind === 'clinic' ? 1 : draw.integer(2, 7)) * HOUR
  }

  /** Coders with an even number code as things come in, the others leave them until there are many. */
  private codedOn(coder: Staff, last: number): number {
    const due = last + this.draw.integer(...UNTIL_CODED)
    const isSteady = Number(coder.id.split('-')[1]) % 2 === 0
    return isSteady ? due : Math.ceil(due / BACKLOG) * BACKLOG
  }
}
