import { beginningOf } from '../beginning.ts'
import { FhirError } from '../fhir-error.ts'
import type { FoundProperty, LookupAnswer, LookupQuestion } from './answers.ts'
import type { Concept } from './concept.ts'
import { versionOn } from './days.ts'
import { nameIn } from './displays.ts'
import { billableBelow, whyNot } from './explain.ts'
import { flagOf } from './properties.ts'
import type { Opened } from './systems.ts'

/** Children that an answer lists at the most; the search for them has no such end. */
const MOST_CHILDREN = 500

/** What is known of a code (R4 CodeSystem/$lookup). Throws `not-found` where the system has no such code on the day. */
export async function lookUp(opened: Opened, question: LookupQuestion): Promise<LookupAnswer> {
  const { source, day } = opened
  const { system, code } = question
  const concept = await source.find(code, day)
  if (!concept) throw FhirError.of('not-found', (await whyNot(opened, code)) ?? beginningOf(code))
  const version = versionOn(source.edition, day)
  const { definition, designations = [], from, to } = concept
  const display = nameIn(question.displayLanguage, concept)
  return {
    system: source.edition.system || system,
    code: concept.code,
    name: source.edition.name,
    ...(version === undefined ? {} : { version }),
    ...(display === undefined ? {} : { display }),
    ...(definition === undefined ? {} : { definition }),
    designations,
    properties: await propertiesOf(opened, concept, question.properties ?? []),
    abstract: concept.abstract === true,
    inactive: concept.inactive === true,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}

async function propertiesOf(
  opened: Opened,
  concept: Concept,
  asked: readonly string[],
): Promise<readonly FoundProperty[]> {
  const wanted = (name: string) => asked.length === 0 || asked.includes('*') || asked.includes(name)
  const own = (concept.properties ?? []).filter(({ code }) => wanted(code) && !PLACED.has(code))
  const placed = await Promise.all([
    wanted('parent') ? parentsOf(opened, concept) : [],
    wanted('child') ? childrenOf(opened, concept) : [],
    wanted('billable-child') ? billableChildren(opened, concept) : [],
  ])
  const said = [
    ...own,
    ...statesOf(concept).filter(({ code }) => wanted(code) && !own.some((one) => one.code === code)),
  ]
  const descriptions = new Map(opened.source.edition.properties?.map(({ code, description }) => [code, description]))
  return [...said.map((property) => described(property, descriptions.get(property.code))), ...placed.flat()]
}

/** Told by the tree, from wherever the resource said it. */
const PLACED: ReadonlySet<string> = new Set(['parent', 'child'])

function described(property: FoundProperty, description: string | undefined): FoundProperty {
  return description === undefined ? property : { ...property, description }
}

function statesOf({ inactive, abstract, from, to }: Concept): FoundProperty[] {
  return [
    { code: 'inactive', type: 'boolean', value: inactive === true },
    ...(abstract ? [{ code: 'notSelectable', type: 'boolean' as const, value: true }] : []),
    ...(from === undefined ? [] : [{ code: 'effectiveDate', type: 'dateTime' as const, value: from }]),
    ...(to === undefined ? [] : [{ code: 'endDate', type: 'dateTime' as const, value: to }]),
  ]
}

async function parentsOf({ source, day }: Opened, { parents = [] }: Concept): Promise<FoundProperty[]> {
  return Promise.all(
    parents.map(async (parent) =>
      pointing('parent', (await source.find(parent, day)) ?? { code: parent, display: '' }),
    ),
  )
}

async function childrenOf({ source, day }: Opened, { code }: Concept): Promise<FoundProperty[]> {
  return (await source.children(code, day)).slice(0, MOST_CHILDREN).map((child) => pointing('child', child))
}

async function billableChildren(opened: Opened, concept: Concept): Promise<FoundProperty[]> {
  if (flagOf(concept, 'billable') !== false) return []
  const { codes } = await billableBelow(opened, concept.code, MOST_CHILDREN)
  return codes.map((child) => pointing('billable-child', child))
}

function pointing(code: string, { code: value, display }: Concept): FoundProperty {
  return { code, type: 'code', value, ...(display === '' ? {} : { description: display }) }
}
