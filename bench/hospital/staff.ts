import type { Draw } from './draw.ts'
import { home, type Person, person, surname } from './persons.ts'

export type Job =
  | 'physician'
  | 'nurse'
  | 'float-nurse'
  | 'pharmacist'
  | 'laboratory'
  | 'registrar'
  | 'coder'
  | 'biller'
  | 'privacy-officer'

/** When somebody works: from 7 to 19, from 19 to 7, or from 8 to 17. */
export type Shift = 'day' | 'night' | 'office'

export interface Department {
  id: string
  name: string
  /** Wards have beds; the others see patients who come and go; offices see none. */
  kind: 'ward' | 'clinic' | 'emergency' | 'office'
}

/** Somebody who works in the hospital. */
export interface Staff extends Person {
  id: string
  job: Job
  department: Department
  shift: Shift
  /** The address of the place of work. */
  from: string
  /** Day (0 is the first) since which the account should be closed. */
  ended?: number
}

const WARDS = [
  'Medicine',
  'Surgery',
  'Cardiology',
  'Orthopedics',
  'Oncology',
  'Obstetrics',
  'Pediatrics',
  'Neurology',
  'Intensive Care',
  'Psychiatry',
]
const CLINICS = ['Eye Clinic', 'Skin Clinic', 'Diabetes Clinic', 'Heart Clinic', 'Pain Clinic']
const OFFICES: readonly [string, string][] = [
  ['float', 'Float Pool'],
  ['laboratory', 'Laboratory'],
  ['pharmacy', 'Pharmacy'],
  ['registration', 'Registration'],
  ['him', 'Health Information'],
  ['billing', 'Billing'],
]

/** People of each job in a hospital of 300 beds: on each ward, in each clinic, or in their office. */
const OF_WARD = { physicians: 7, nurses: 24 }
const OF_CLINIC = { physicians: 4, nurses: 4 }
const OF_OFFICES: readonly [Job, string, Shift, number][] = [
  ['float-nurse', 'float', 'day', 24],
  ['laboratory', 'laboratory', 'day', 24],
  ['pharmacist', 'pharmacy', 'day', 16],
  ['registrar', 'registration', 'office', 24],
  ['coder', 'him', 'office', 18],
  ['biller', 'billing', 'office', 12],
  ['privacy-officer', 'him', 'office', 2],
]

export interface Workforce {
  departments: Department[]
  staff: Staff[]
  of(job: Job, department?: Department): readonly Staff[]
}

/** The departments and those who work there, in a hospital `scale` times one of 300 beds. */
export function workforce(draw: Draw, scale: number): Workforce {
  const departments = departmentsOf(scale)
  const staff: Staff[] = []
  const hire = (job: Job, department: Department, shift: Shift) => {
    const number = staff.length + 1
    const from = `10.${departments.indexOf(department) + 1}.${Math.floor(number / 200)}.${(number % 200) + 10}`
    const who = person(draw, surname(draw), home(draw), [1958, 2001])
    staff.push({ ...who, id: `staff-${number}`, job, department, shift, from })
  }
  for (const department of departments.filter(({ kind }) => kind !== 'office')) {
    const stays = department.kind === 'clinic' ? OF_CLINIC : OF_WARD
    for (let at = 0; at < many(stays.physicians, scale); at++)
      hire('physician', department, at % 4 === 3 ? 'night' : 'day')
    const nurses = many(stays.nurses, scale)
    for (let at = 0; at < nurses; at++)
      hire('nurse', department, department.kind !== 'clinic' && at % 3 === 2 ? 'night' : 'day')
  }
  for (const [job, office, shift, count] of OF_OFFICES) {
    const department = departments.find(({ id }) => id === office)!
    for (let at = 0; at < many(count, scale); at++)
      hire(job, department, job === 'laboratory' && at % 3 === 2 ? 'night' : shift)
  }
  return { departments, staff, of: byPlace(staff) }
}

function departmentsOf(scale: number): Department[] {
  const some = (names: readonly string[]) =>
    names.slice(0, Math.max(2, Math.ceil(names.length * Math.min(1, scale * 2))))
  const named = (kind: Department['kind']) => (name: string) => ({
    id: name.toLowerCase().replace(/ /g, '-'),
    name,
    kind,
  })
  return [
    ...some(WARDS).map(named('ward')),
    ...some(CLINICS).map(named('clinic')),
    { id: 'emergency', name: 'Emergency', kind: 'emergency' },
    ...OFFICES.map(([id, name]) => ({ id, name, kind: 'office' }) as const),
  ]
}

/** A small hospital has fewer of each, and fewer departments, so that those that it has are not empty. */
function many(count: number, scale: number): number {
  return Math.max(3, Math.round(count * Math.min(1, Math.max(scale * 2, 0.2))))
}

function byPlace(staff: readonly Staff[]): Workforce['of'] {
  const places = new Map<string, Staff[]>()
  for (const one of staff) {
    for (const place of [one.job, `${one.job} ${one.department.id}`]) {
      const list = places.get(place)
      if (list) list.push(one)
      else places.set(place, [one])
    }
  }
  return (job, department) => places.get(department ? `${job} ${department.id}` : job) ?? []
}
