import { FhirError } from '../fhir-error.ts'
import type { Resource } from './answers.ts'
import type { Concept, ConceptProperty, Designation } from './concept.ts'
import type { Edition } from './concept-source.ts'

/** CodeSystem.concept as far as it is read. */
interface Listed {
  code?: string
  display?: string
  definition?: string
  designation?: readonly { value: string; language?: string; use?: NonNullable<Designation['use']> }[]
  property?: readonly Record<string, unknown>[]
  concept?: readonly Listed[]
}

/** CodeSystem as far as it is read. */
export interface CodeSystemLike {
  url?: string
  version?: string
  name?: string
  title?: string
  copyright?: string
  content?: Edition['content']
  caseSensitive?: boolean
  hierarchyMeaning?: string
  valueSet?: string
  supplements?: string
  property?: readonly { code: string; type: string; uri?: string; description?: string }[]
  concept?: readonly Listed[]
}

/** How deep concepts may be nested. */
const DEEPEST = 200

/** Concepts of a CodeSystem resource that is opened: larger ones are loaded into the store of concepts. */
export const MOST_CONCEPTS = 200_000

const STANDARD = 'http://hl7.org/fhir/concept-properties#'

/** What a CodeSystem resource says of itself. */
export function editionOf(resource: Resource): Edition {
  const { url, version, name, title, content, caseSensitive, hierarchyMeaning, property, copyright } =
    resource as CodeSystemLike
  return {
    system: url ?? '',
    version,
    name: name ?? title ?? url ?? '',
    content: content ?? 'complete',
    // Where nothing is said of it, a code in another case is let pass, as the reference validators do.
    caseSensitive: caseSensitive === true,
    ...(title === undefined ? {} : { title }),
    ...(hierarchyMeaning === undefined ? {} : { hierarchyMeaning }),
    ...(property === undefined ? {} : { properties: property }),
    ...(copyright === undefined ? {} : { copyright }),
  }
}

/**
 * The concepts of a CodeSystem resource in the order of its list, a nested one behind that above it. Throws `invalid` (`too-costly`) for
 * too many.
 */
export function recordsOf(resource: Resource): Concept[] {
  const { property, concept } = resource as CodeSystemLike
  const roles = rolesOf(property ?? [])
  const found: Draft[] = []
  const visit = (listed: readonly Listed[], above: string | undefined, depth: number): void => {
    for (const one of listed) {
      if (typeof one.code !== 'string') continue
      found.push(draftOf(one, above, roles))
      if (found.length > MOST_CONCEPTS) throw tooMany()
      if (depth < DEEPEST) visit(one.concept ?? [], one.code, depth + 1)
    }
  }
  visit(concept ?? [], undefined, 0)
  return joined(found).flatMap(recordsOfDraft)
}

function tooMany(): FhirError {
  const text = `A code system of more than ${MOST_CONCEPTS} concepts is not read from its resource`
  return FhirError.of('invalid', text, { code: 'too-costly' })
}

/** A concept before its days and its place are settled. */
interface Draft {
  concept: Concept
  parents: string[]
  children: readonly string[]
  retiredFrom: string | undefined
}

type Role = 'parent' | 'child' | 'abstract' | 'inactive' | 'status' | 'retired' | 'from' | 'to'

const ROLES: Readonly<Record<string, Role>> = {
  parent: 'parent',
  subsumedBy: 'parent',
  child: 'child',
  notSelectable: 'abstract',
  abstract: 'abstract',
  inactive: 'inactive',
  retired: 'inactive',
  status: 'status',
  retirementDate: 'retired',
  effectiveDate: 'from',
  endDate: 'to',
}

/** What the properties of a code system are for: by their uri, by the usual name where they have none of the standard. */
function rolesOf(properties: readonly { code: string; uri?: string }[]): ReadonlyMap<string, Role> {
  const roles = new Map(Object.entries(ROLES))
  for (const { code, uri } of properties) {
    const standard = uri?.startsWith(STANDARD) ? ROLES[uri.slice(STANDARD.length)] : undefined
    if (standard) roles.set(code, standard)
    // A property of another standard is not that of FHIR, though it has its name (SNOMED's `inactive`).
    else if (uri !== undefined && code === 'status' && !uri.startsWith(STANDARD)) roles.delete(code)
  }
  return roles
}

function draftOf(listed: Listed, above: string | undefined, roles: ReadonlyMap<string, Role>): Draft {
  const properties = (listed.property ?? []).flatMap(propertyOf)
  const of = (role: Role) => properties.filter(({ code }) => roles.get(code) === role).map(({ value }) => String(value))
  const [retiredFrom, from, to] = [of('retired')[0], of('from')[0], of('to')[0]].map((text) => text?.slice(0, 10))
  const inactive = of('inactive').includes('true') || of('status').some((status) => INACTIVE.has(status))
  const concept: Concept = {
    code: listed.code ?? '',
    display: listed.display ?? '',
    ...(listed.definition === undefined ? {} : { definition: listed.definition }),
    ...(listed.designation?.length ? { designations: listed.designation } : {}),
    ...(properties.length > 0 ? { properties } : {}),
    ...(isDay(from) ? { from } : {}),
    ...(isDay(to) ? { to } : {}),
    ...(inactive ? { inactive: true as const } : {}),
    ...(of('abstract').includes('true') ? { abstract: true as const } : {}),
  }
  const parents = [...(above === undefined ? [] : [above]), ...of('parent')]
  return { concept, parents, children: of('child'), retiredFrom: isDay(retiredFrom) ? retiredFrom : undefined }
}

/** A concept that is deprecated may still be used: its users are told elsewhere to choose another. */
const INACTIVE: ReadonlySet<string> = new Set(['retired', 'inactive', 'withdrawn', 'entered-in-error'])

function isDay(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text)
}

function propertyOf(property: Record<string, unknown>): ConceptProperty[] {
  const member = Object.keys(property).find((name) => name.startsWith('value'))
  const { code } = property
  if (member === undefined || typeof code !== 'string') return []
  const value = property[member]
  if (member === 'valueCoding') {
    const coding = Object(value) as { system?: string; code?: string; display?: string }
    return [{ ...coding, code, type: 'Coding', value: coding.code ?? '' }]
  }
  const type = (member.charAt(5).toLowerCase() + member.slice(6)) as ConceptProperty['type']
  // A decimal that keeps its digits is an object that prints itself.
  return [{ code, type, value: typeof value === 'object' ? Number(value) : (value as string | number | boolean) }]
}

/** Drafts of one code (listed below several others) made one; `child` of one made `parent` of the other. */
function joined(drafts: readonly Draft[]): Draft[] {
  const byCode = new Map<string, Draft>()
  for (const draft of drafts) {
    const known = byCode.get(draft.concept.code)
    if (known) known.parents.push(...draft.parents)
    else byCode.set(draft.concept.code, draft)
  }
  for (const { concept, children } of byCode.values()) {
    for (const child of children) byCode.get(child)?.parents.push(concept.code)
  }
  return [...byCode.values()]
}

/** A concept that was retired has a record for the days before and one for those since. */
function recordsOfDraft({ concept, parents, retiredFrom }: Draft): Concept[] {
  const above = [...new Set(parents)].filter((code) => code !== concept.code)
  const placed: Concept = above.length > 0 ? { ...concept, parents: above } : concept
  if (retiredFrom === undefined || placed.inactive) return [placed]
  const before: Concept = { ...placed, to: dayBefore(retiredFrom) }
  return [before, { ...placed, from: retiredFrom, inactive: true }]
}

/** The day before a day (`2026-10-01`: `2026-09-30`). */
export function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
}
