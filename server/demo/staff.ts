import type { Location, Organization, Practitioner, PractitionerRole, Resource } from '@medplum/fhirtypes'
import { hl7Concept, ownConcept, ownIdentifier, type Pointer, referTo } from './codes.ts'
import { places, rowOf, type StaffMember, staff } from './tables.ts'

const HOSPITAL_NAME = 'Larkmoor General Hospital'
const HOSPITAL_ADDRESS = {
  line: ['200 Infirmary Hill'],
  city: 'Larkmoor',
  state: 'VT',
  postalCode: '05990',
  country: 'US',
}

export const hospital: Pointer = referTo('Organization', 'demo-hospital', HOSPITAL_NAME)

/** All that is there before the first patient: organizations, locations, people and what they do. */
export function hospitalResources(): Resource[] {
  return [...organizations(), ...locations(), ...practitioners()]
}

export function practitioner(key: string): Pointer {
  return referTo('Practitioner', `demo-${key}`, fullName(rowOf(staff, key)))
}

export function payer(key: string): Pointer {
  return referTo('Organization', `demo-${key}`, rowOf(places.payers, key))
}

export function department(key: string): Pointer {
  return referTo('Organization', `demo-${key}`, rowOf(places.departments, key))
}

export function location(key: string): Pointer {
  return referTo('Location', `demo-${key}`, rowOf(places.locations, key).name)
}

function organizations(): Organization[] {
  const own: Organization = {
    resourceType: 'Organization',
    id: 'demo-hospital',
    identifier: [ownIdentifier('facility', 'LGH')],
    active: true,
    type: [hl7Concept('organization-type', 'prov', 'Healthcare Provider')],
    name: HOSPITAL_NAME,
    telecom: [{ system: 'phone', value: '+1-802-555-0100', use: 'work' }],
    address: [HOSPITAL_ADDRESS],
  }
  const departments = Object.entries(places.departments).map(
    ([key, name]): Organization => ({
      resourceType: 'Organization',
      id: `demo-${key}`,
      active: true,
      type: [hl7Concept('organization-type', 'dept', 'Hospital Department')],
      name,
      partOf: hospital,
    }),
  )
  const payers = Object.entries(places.payers).map(
    ([key, name]): Organization => ({
      resourceType: 'Organization',
      id: `demo-${key}`,
      identifier: [ownIdentifier('payer', key.toUpperCase())],
      active: true,
      type: [hl7Concept('organization-type', 'pay', 'Payer')],
      name,
    }),
  )
  return [own, ...departments, ...payers]
}

function locations(): Location[] {
  return Object.entries(places.locations).map(([key, place]) => ({
    resourceType: 'Location',
    id: `demo-${key}`,
    status: 'active',
    name: place.name,
    mode: 'instance',
    type: [hl7Concept('v3-RoleCode', place.code, place.display)],
    physicalType: hl7Concept('location-physical-type', place.form),
    ...(place.department
      ? { managingOrganization: department(place.department), partOf: location('building') }
      : { address: HOSPITAL_ADDRESS, managingOrganization: hospital }),
  }))
}

function practitioners(): (Practitioner | PractitionerRole)[] {
  return Object.entries(staff).flatMap(([key, member], index) => [
    practitionerOf(key, member, index + 1),
    roleOf(key, member),
  ])
}

function practitionerOf(key: string, member: StaffMember, number: number): Practitioner {
  return {
    resourceType: 'Practitioner',
    id: `demo-${key}`,
    ...(member.payer ? {} : { identifier: [ownIdentifier('employee', `E${String(number).padStart(4, '0')}`, 'EI')] }),
    active: true,
    name: [
      {
        use: 'official',
        family: member.family,
        given: [member.given],
        ...(member.prefix ? { prefix: [member.prefix] } : {}),
        suffix: [member.suffix],
      },
    ],
    gender: member.gender,
    qualification: [{ code: { text: member.suffix } }],
  }
}

function roleOf(key: string, member: StaffMember): PractitionerRole {
  return {
    resourceType: 'PractitionerRole',
    id: `demo-${key}`,
    active: true,
    practitioner: practitioner(key),
    organization: member.payer ? payer(member.payer) : department(member.department ?? 'him'),
    code: [ownConcept('staff-role', member.role, member.title)],
    telecom: [{ system: 'email', value: `${key}@${member.payer ?? 'larkmoor'}.example`, use: 'work' }],
  }
}

function fullName(member: StaffMember): string {
  return `${member.prefix ? `${member.prefix} ` : ''}${member.given} ${member.family}, ${member.suffix}`
}
