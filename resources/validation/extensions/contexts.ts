import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { membersOf, typeTable } from '../../definitions/definitions.ts'
import type { Place } from '../place.ts'
import type { StructureDefinitionLike } from '../question.ts'

/** What R4's types are made from, besides the types that all of their kind are made from. */
const MADE_FROM: Readonly<Record<string, string>> = {
  ...from('Quantity', 'Age', 'Count', 'Distance', 'Duration'),
  ...from('string', 'code', 'id', 'markdown'),
  ...from('uri', 'url', 'canonical', 'uuid', 'oid'),
  ...from('integer', 'positiveInt', 'unsignedInt'),
}

function from(base: string, ...types: readonly string[]): Record<string, string> {
  return Object.fromEntries(types.map((type) => [type, base]))
}

/**
 * Whether an extension may be where it is, by the contexts of its definition (R4 defining-extensions.html#context): one of them
 * is enough. What cannot be told here counts as allowed: contexts by FHIRPath, and by elements of profiles.
 */
export function isAllowedAt(extension: Place, { url, context }: StructureDefinitionLike): boolean {
  const around = extension.parent
  if (!context || context.length === 0 || !around) return true
  return isOneOf(context, around) || isOneOf(laterContexts(url), around)
}

function isOneOf(contexts: readonly Context[], around: Place): boolean {
  let names: ReadonlySet<string> | undefined
  return contexts.some(({ type, expression }) => {
    if (type === 'extension') return isWithin(around, expression)
    if (type !== 'element' || /[:#]/.test(expression) || expression === 'Element' || expression === around.type)
      return true
    names ??= namesOf(around)
    return names.has(expression)
  })
}

type Context = NonNullable<StructureDefinitionLike['context']>[number]

const HL7 = 'http://hl7.org/fhir/StructureDefinition/'
let later: Readonly<Record<string, readonly Context[]>> | undefined

/** Contexts that an extension of R4 has as well, by what HL7 found out later (`later-contexts.json`). */
function laterContexts(url: string): readonly Context[] {
  if (!url.startsWith(HL7)) return []
  later ??= JSON.parse(readFileSync(join(import.meta.dirname, 'later-contexts.json'), 'utf8')) as typeof later & object
  const name = url.slice(HL7.length)
  return Object.hasOwn(later, name) ? later[name]! : []
}

/** Whether a place is an extension of a url (`url#inner`), the value of one, or one within it. */
function isWithin(place: Place, expression: string): boolean {
  const [url = ''] = expression.split('#', 1)
  for (
    let at: Place | undefined = place.type === 'Extension' ? place : place.parent;
    at?.type === 'Extension';
    at = at.parent
  ) {
    if ((at.value as { url?: unknown }).url === url) return true
  }
  return false
}

/**
 * All that a place is called in contexts: its type and what that is made from, and its path from each type around it, up to the
 * resource (`string`, `HumanName.family`, `Patient.name.family`, `Patient.contact.name.family`); choices by each of their names.
 */
export function namesOf(place: Place): ReadonlySet<string> {
  const names = new Set<string>()
  let tails = ['']
  for (let at = place; ; at = at.parent) {
    for (const type of typesOf(at)) for (const tail of tails) names.add(type + tail)
    if (!at.parent || at.resource === at) return names
    const steps = stepsTo(at, at.parent)
    tails = tails.flatMap((tail) => steps.map((step) => `.${step}${tail}`))
  }
}

function stepsTo({ name }: Place, around: Place): string[] {
  const type = typeof around.value === 'object' && around.value !== null ? around.type : 'Element'
  const element = typeTable(type) ? membersOf(type).get(name)?.name : undefined
  return element?.endsWith('[x]') ? [name, element, element.slice(0, -3)] : [name]
}

function typesOf({ type }: Place): string[] {
  const table = typeTable(type)
  const types = [type]
  if (MADE_FROM[type] !== undefined) types.push(MADE_FROM[type])
  if (!table) return types
  const { kind, elements } = table
  const has = (name: string) => Object.hasOwn(elements, name)
  if (kind === 'resource') {
    types.push('Resource', ...(has('text') ? ['DomainResource'] : []))
    if (has('url') && has('status')) types.push('CanonicalResource', ...(has('name') ? ['MetadataResource'] : []))
  } else {
    types.push(
      'Element',
      kind === 'primitive' ? 'PrimitiveType' : has('modifierExtension') ? 'BackboneElement' : 'DataType',
    )
    if (kind === 'complex') types.push('DataType', ...(has('modifierExtension') ? ['BackboneType'] : []))
  }
  return types
}
