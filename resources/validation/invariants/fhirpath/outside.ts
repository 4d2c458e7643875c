import { parseReference } from '../../../references.ts'
import type { AskedCoding } from '../../question.ts'
import { resolveNear } from '../../references/near.ts'
import type { Compiled } from './compiled.ts'
import type { Call } from './functions.ts'
import { type Item, type Items, singleOf } from './item.ts'
import { NotKnown, Unanswered } from './syntax.ts'

/**
 * `resolve()`: the resources that references lead to; those near first (contained, of the same Bundle), others as far as they are known.
 * Where only the type is asked for, what a reference says of it is enough.
 */
export function resolve({ items, evaluation }: Call, isTypeEnough: boolean): Items {
  const found: Item[] = []
  for (const item of items) {
    const reference = referenceOf(item)
    if (reference === undefined) continue
    const near = resolveNear(reference, evaluation.place)
    const target =
      near ?? (isTypeEnough ? typedBy(reference) : undefined) ?? far(reference, evaluation.run.known.target(reference))
    if (target) found.push({ value: target, sibling: undefined, type: String(target.resourceType) })
  }
  return found
}

type Resource = Readonly<Record<string, unknown>>

function far(reference: string, target: Resource | null | undefined): Resource | undefined {
  if (target === undefined && !reference.startsWith('#')) throw new NotKnown()
  return target ?? undefined
}

function referenceOf({ value }: Item): string | undefined {
  if (typeof value === 'string') return value
  const reference = (value as Resource | undefined)?.reference
  return typeof reference === 'string' ? reference : undefined
}

function typedBy(reference: string): Resource | undefined {
  const parsed = parseReference(reference)
  return 'type' in parsed ? { resourceType: parsed.type } : undefined
}

/** `memberOf(valueSet)`: whether a code, Coding or CodeableConcept is in a value set. */
export function memberOf({ items, focus, evaluation }: Call, [arg]: readonly Compiled[]): boolean | undefined {
  const valueSet = singleOf(arg!.items(focus, evaluation))
  if (items.length !== 1 || typeof valueSet !== 'string') return undefined
  const [item] = items
  const codings = codingsOf(item!)
  if (codings.length === 0) return false
  const verdict = evaluation.run.known.verdict({
    valueSet,
    codings,
    ...(typeof item!.value === 'string' ? { inferSystem: true as const } : {}),
  })
  if (!verdict || verdict.result === 'unknown') throw new NotKnown()
  return verdict.result === 'in'
}

function codingsOf({ value, type }: Item): AskedCoding[] {
  if (typeof value === 'string') return [{ code: value }]
  const object = (value ?? {}) as Resource
  if (type === 'CodeableConcept') return ((object.coding ?? []) as Resource[]).map(askedOf)
  return object.code === undefined ? [] : [askedOf(object)]
}

function askedOf(coding: Resource): AskedCoding {
  const asked: AskedCoding = {}
  for (const name of ['system', 'version', 'code', 'display'] as const) {
    const value = coding[name]
    if (typeof value === 'string') asked[name] = value
  }
  return asked
}

const PREFIX = 'http://hl7.org/fhir/StructureDefinition/'

/** `conformsTo(structure)`: R4's own types are told apart here; a profile is left to those who check profiles. */
export function conformsTo({ items, focus, evaluation }: Call, [arg]: readonly Compiled[]): boolean {
  const url = singleOf(arg!.items(focus, evaluation))
  if (items.length !== 1 || typeof url !== 'string') throw new Unanswered('one value and one profile')
  const name = url.startsWith(PREFIX) ? url.slice(PREFIX.length) : undefined
  if (name === items[0]!.type) return true
  throw new NotKnown()
}

const VARIABLES: Readonly<Record<string, string>> = {
  ucum: 'http://unitsofmeasure.org',
  sct: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
}

/** The text that a variable of the environment stands for (R4 fhirpath.html, "Variables"); undefined for none. */
export function textVariable(name: string): string | undefined {
  if (Object.hasOwn(VARIABLES, name)) return VARIABLES[name]
  if (name.startsWith('vs-')) return `http://hl7.org/fhir/ValueSet/${name.slice(3)}`
  return name.startsWith('ext-') ? PREFIX + name.slice(4) : undefined
}
