import type { Claim, CodeableConcept, Encounter, Resource } from '@medplum/fhirtypes'
import { dateRange } from '../../../resources/dates.ts'
import { demoBundles } from '../../../server/demo/hospital.ts'

export const TODAY = '2026-11-24'

export const bundles = demoBundles({ today: TODAY })
export const records = bundles.map((bundle) => (bundle.entry ?? []).map((entry) => entry.resource!))
export const resources = records.flat()
export const byReference = new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]))

export function all<T extends Resource['resourceType']>(type: T): Extract<Resource, { resourceType: T }>[] {
  return resources.filter((resource) => resource.resourceType === type) as Extract<Resource, { resourceType: T }>[]
}

export function get<T extends Resource['resourceType']>(
  reference: `${T}/${string}`,
): Extract<Resource, { resourceType: T }> {
  return byReference.get(reference) as Extract<Resource, { resourceType: T }>
}

export function resourcesOf(made: ReturnType<typeof demoBundles>): Resource[] {
  return made.flatMap((bundle) => (bundle.entry ?? []).map((entry) => entry.resource!))
}

export function referencesOf(made: ReturnType<typeof demoBundles>): string[] {
  return resourcesOf(made).map(({ resourceType, id }) => `${resourceType}/${id}`)
}

export function encounterOf(claim: Claim): Encounter {
  return byReference.get(claim.item![0]!.encounter![0]!.reference!) as Encounter
}

export function refersTo(resource: Resource, reference: string): boolean {
  return stringsUnder(resource, 'reference').includes(reference)
}

export function codeOf(concept: CodeableConcept | undefined): string | undefined {
  return concept?.coding?.[0]?.code
}

export function cents(value: number | undefined): number {
  return Math.round((value ?? Number.NaN) * 100)
}

/** Every object in a value, itself included. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(objectsIn)
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner]
}

export function stringsUnder(value: unknown, name: string): string[] {
  return objectsIn(value).flatMap((object) => (typeof object[name] === 'string' ? [object[name]] : []))
}

export function datesIn(value: unknown): string[] {
  const texts = objectsIn(value).flatMap((object) => Object.values(object).filter((one) => typeof one === 'string'))
  return texts.filter((text) => /^\d{4}-\d{2}/.test(text) && dateRange(text) !== undefined)
}

export function periodsIn(value: unknown): { start: string; end: string }[] {
  return objectsIn(value).filter((object) => typeof object.start === 'string' && typeof object.end === 'string') as {
    start: string
    end: string
  }[]
}

/** Codings of a system, with the day of the visit that they were given at. */
export function codingsOf(system: string) {
  return resources.flatMap((resource) => {
    const visit = stringsUnder(resource, 'reference').find((reference) => reference.startsWith('Encounter/'))
    const encounter = visit === undefined ? undefined : (byReference.get(visit) as Encounter)
    const day = encounter?.period?.start?.slice(0, 10) ?? TODAY
    const codings = objectsIn(resource).filter((object) => object.system === system)
    return codings.map((coding) => ({ resource, coding: coding as { code?: string; display?: string }, day }))
  })
}
