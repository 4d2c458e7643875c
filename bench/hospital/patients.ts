import type { Draw } from './draw.ts'
import { type Home, home, type Person, person, surname } from './persons.ts'
import type { Staff } from './staff.ts'

/** Somebody who has a record. */
export interface Patient extends Person {
  id: string
  /** Who of the staff this is. */
  staff?: Staff
  /** Code of a security label: a celebrity, or restricted. */
  label?: 'CEL' | 'R'
  /** Day (0 is the first) of death. */
  deceased?: number
  /** A part in what is planted: does not come by chance. */
  isCast?: true
  /** Pays for the care. */
  payer: string
}

export const PAYERS = ['payer-meridian', 'payer-northway', 'payer-state']

/** Patients for each access, share of people with a label, of the staff with a record, and of patients who live with another one. */
const PER_EVENT = 0.01
const CELEBRITIES = 0.001
const RESTRICTED = 0.02
const STAFF_WITH_RECORD = 0.3
const FAMILY = 0.35

/** The patients: people of the town, households together, and some who work in the hospital. */
export class Patients {
  readonly all: Patient[] = []
  private readonly draw: Draw
  private readonly ofStaff = new Map<Staff, Patient>()

  constructor(draw: Draw, staff: readonly Staff[], events: number) {
    this.draw = draw
    for (const one of staff) if (draw.chance(STAFF_WITH_RECORD)) this.recordOf(one)
    const count = Math.max(200, Math.round(events * PER_EVENT))
    let family: Person | undefined
    while (this.all.length < count) {
      const known: Person | undefined = family && draw.chance(FAMILY) ? family : undefined
      family = this.add(person(draw, known?.family ?? surname(draw), known?.home ?? home(draw), [1930, 2020]))
    }
  }

  /** The record that somebody of the staff has, made where there is none. */
  recordOf(staff: Staff): Patient {
    const known = this.ofStaff.get(staff)
    if (known) return known
    const { family, given, gender, birthDate, home: at, mobile } = staff
    const made = this.add({ family, given, gender, birthDate, home: at, mobile })
    made.staff = staff
    this.ofStaff.set(staff, made)
    return made
  }

  /** Somebody who has a part in what is planted, and comes to the hospital only for that. */
  cast(family: string = surname(this.draw), at: Home = home(this.draw)): Patient {
    const made = this.add(person(this.draw, family, at, [1950, 1998]))
    delete made.label
    made.isCast = true
    return made
  }

  private add(who: Person): Patient {
    const label = this.draw.chance(CELEBRITIES) ? 'CEL' : this.draw.chance(RESTRICTED) ? 'R' : undefined
    const made: Patient = { ...who, id: `patient-${this.all.length + 1}`, payer: this.draw.pick(PAYERS) }
    if (label) made.label = label
    this.all.push(made)
    return made
  }
}
