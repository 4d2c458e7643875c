import type { Hospital } from './hospital.ts'
import { PAYERS, type Patient } from './patients.ts'
import type { Home, Person } from './persons.ts'
import { DAY, startOf } from './size.ts'
import type { Department, Staff } from './staff.ts'
import type { Order, Visit } from './visits.ts'

/** A resource as it is kept: its type and id, and all else. */
export interface MadeResource {
  resourceType: string
  id: string
  [element: string]: unknown
}

const LABELS: Readonly<Record<NonNullable<Patient['label']>, { system: string; code: string }>> = {
  CEL: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'CEL' },
  R: { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' },
}

const CLASSES: Readonly<Record<Department['kind'], string>> = {
  ward: 'IMP',
  clinic: 'AMB',
  emergency: 'EMER',
  office: 'AMB',
}

/** What stands in the record behind the accesses of a hospital, after all its days: what explains them. */
export function* resourcesOf(hospital: Hospital): Generator<MadeResource> {
  const begin = startOf(hospital.size)
  yield* hospital.work.departments.map(({ id, name }) => ({ resourceType: 'Organization', id, active: true, name }))
  yield* PAYERS.map((id) => ({ resourceType: 'Organization', id, active: true, name: id }))
  for (const staff of hospital.work.staff) yield* practitioner(staff, begin)
  for (const patient of hospital.patients.all) yield* record(patient, begin)
  for (const visit of hospital.visits) yield* course(visit, begin)
}

function practitioner(staff: Staff, begin: number): MadeResource[] {
  const { id, job, department, ended } = staff
  const period = ended === undefined ? {} : { period: { end: date(begin + ended * DAY) } }
  return [
    { resourceType: 'Practitioner', id, active: ended === undefined, ...person(staff) },
    {
      resourceType: 'PractitionerRole',
      id: `role-${id}`,
      active: ended === undefined,
      ...period,
      practitioner: practitionerOf(staff),
      organization: { reference: `Organization/${department.id}` },
      code: [{ text: job }],
    },
  ]
}

function record(patient: Patient, begin: number): MadeResource[] {
  const { id, label, deceased, payer } = patient
  return [
    {
      resourceType: 'Patient',
      id,
      ...(label ? { meta: { security: [LABELS[label]] } } : {}),
      ...person(patient),
      ...(deceased === undefined ? {} : { deceasedDateTime: date(begin + deceased * DAY) }),
    },
    {
      resourceType: 'Coverage',
      id: `coverage-${id}`,
      status: 'active',
      beneficiary: { reference: `Patient/${id}` },
      payor: [{ reference: `Organization/${payer}` }],
    },
  ]
}

function* course(visit: Visit, begin: number): Generator<MadeResource> {
  const { id, patient, department, attending, others, pharmacist, orders, coder, biller, registrar } = visit
  const subject = { reference: `Patient/${patient.id}` }
  const encounter = { reference: `Encounter/${id}` }
  const period = { start: instant(visit.start), end: instant(visit.end) }
  yield {
    resourceType: 'Encounter',
    id,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: CLASSES[department.kind] },
    subject,
    participant: [attending, ...others].map((staff) => ({ individual: practitionerOf(staff) })),
    period,
    serviceProvider: { reference: `Organization/${department.id}` },
  }
  yield {
    resourceType: 'Appointment',
    id: `appointment-${id}`,
    status: 'fulfilled',
    start: period.start,
    end: instant(visit.start + 30 * 60_000),
    participant: [subject, practitionerOf(attending), practitionerOf(registrar)].map((actor) => ({
      actor,
      status: 'accepted',
    })),
  }
  if (pharmacist) {
    const participant = [{ member: practitionerOf(pharmacist) }]
    yield { resourceType: 'CareTeam', id: `team-${id}`, status: 'inactive', subject, encounter, period, participant }
  }
  yield* orders.map((order) => ordered(order, { subject, encounter }))
  const work = { start: period.end, end: instant(begin + (visit.coded + 1) * DAY) }
  yield task(`coding-${id}`, 'coding', visit, coder, work)
  if (biller) yield task(`billing-${id}`, 'billing', visit, biller, work)
  if (biller) yield claim(visit)
}

function ordered(
  { id, at, requester, performer }: Order,
  about: Record<'subject' | 'encounter', object>,
): MadeResource {
  return {
    resourceType: 'ServiceRequest',
    id,
    status: 'completed',
    intent: 'order',
    code: { text: 'laboratory panel' },
    ...about,
    authoredOn: instant(at),
    requester: practitionerOf(requester),
    performer: [practitionerOf(performer)],
  }
}

function task(
  id: string,
  text: string,
  { id: visit, patient }: Visit,
  owner: Staff,
  work: { start: string; end: string },
): MadeResource {
  return {
    resourceType: 'Task',
    id,
    status: 'completed',
    intent: 'order',
    code: { text },
    focus: { reference: `Encounter/${visit}` },
    for: { reference: `Patient/${patient.id}` },
    authoredOn: work.start,
    executionPeriod: work,
    owner: practitionerOf(owner),
  }
}

function claim({ id, patient, department, start, end }: Visit): MadeResource {
  return {
    resourceType: 'Claim',
    id: `claim-${id}`,
    status: 'active',
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/claim-type', code: 'institutional' }] },
    use: 'claim',
    patient: { reference: `Patient/${patient.id}` },
    billablePeriod: { start: date(start), end: date(end) },
    created: date(end),
    provider: { reference: `Organization/${department.id}` },
    priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/processpriority', code: 'normal' }] },
    insurance: [{ sequence: 1, focal: true, coverage: { reference: `Coverage/coverage-${patient.id}` } }],
  }
}

function person({ family, given, gender, birthDate, home, mobile }: Person) {
  return {
    name: [{ use: 'official', family, given: [given] }],
    telecom: [
      { system: 'phone', value: home.phone, use: 'home' },
      { system: 'phone', value: mobile, use: 'mobile' },
    ],
    gender,
    birthDate,
    address: [address(home)],
  }
}

function address({ house, street, city, postalCode }: Home) {
  return { use: 'home', line: [`${house} ${street}`], city, postalCode, country: 'US' }
}

function practitionerOf({ id }: Staff) {
  return { reference: `Practitioner/${id}` }
}

function instant(at: number): string {
  return new Date(at).toISOString()
}

function date(at: number): string {
  return instant(at).slice(0, 10)
}
