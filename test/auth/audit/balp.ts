import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readPieces } from '../../../server/cli/sources.ts'

const SHARED = process.env.SHARED ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared')

/** IHE's package with the profiles of BALP. */
export const BALP = join(SHARED, 'packages', 'ihe.iti.balp#1.1.4.tgz')

/** What `skip` is of a test that needs it. */
export const skip = existsSync(BALP) ? false : `left out: ${BALP} is not here`

type Json = Record<string, unknown>

interface ElementDefinition {
  id: string
  min?: number
  max?: string
  binding?: { strength: string; valueSet: string }
  [pattern: string]: unknown
}

interface Profile {
  url: string
  baseDefinition: string
  differential: { element: ElementDefinition[] }
}

interface ValueSet {
  url: string
  compose: { include: { system: string; concept?: { code: string }[] }[] }
}

/** Cardinalities, patterns and slices of BALP's profiles: as much of them as tells its events apart. */
export class Balp {
  private readonly profiles = new Map<string, Profile>()
  private readonly valueSets = new Map<string, ValueSet>()
  /** The package's own examples. */
  readonly examples: Json[] = []

  static async read(): Promise<Balp> {
    const balp = new Balp()
    for await (const { name, bytes } of readPieces(BALP, () => undefined)) {
      if (!/package\/(example\/AuditEvent|StructureDefinition|ValueSet)-[^/]+\.json$/.test(name)) continue
      const resource = JSON.parse(bytes!.toString())
      if (resource.resourceType === 'AuditEvent') balp.examples.push(resource)
      else if (resource.resourceType === 'ValueSet') balp.valueSets.set(resource.url, resource)
      else balp.profiles.set(resource.url, resource)
    }
    return balp
  }

  /** Where an event differs from a profile, and from those that this one is made from. */
  faults(event: Json, url: string): string[] {
    const profile = this.profiles.get(url)
    if (!profile) return [`no profile ${url}`]
    const elements = this.elementsOf(profile)
    return elements.flatMap((element) => this.faultsAt(event, element, elements))
  }

  private elementsOf({ baseDefinition, differential }: Profile): ElementDefinition[] {
    const base = this.profiles.get(baseDefinition)
    const own = new Set(differential.element.map(({ id }) => id))
    return [...(base ? this.elementsOf(base).filter(({ id }) => !own.has(id)) : []), ...differential.element]
  }

  private faultsAt(event: Json, element: ElementDefinition, elements: ElementDefinition[]): string[] {
    const steps = element.id.split('.').slice(1)
    const last = steps.pop()
    if (last === undefined) return []
    const parents = steps.reduce<unknown[]>(
      (some, step) => some.flatMap((one) => this.at(one, step, elements)),
      [event],
    )
    return parents.flatMap((parent) => this.differences(this.at(parent, last, elements), element))
  }

  private differences(values: unknown[], element: ElementDefinition): string[] {
    const { id, min = 0, max = '*' } = element
    const pattern = patternOf(element)
    const many = values.length < min || (max !== '*' && values.length > Number(max))
    const other = values.filter((value) => !fits(value, pattern) || !this.isBound(value, element))
    return [...(many ? [`${id}: ${values.length}`] : []), ...other.map((value) => `${id}: ${JSON.stringify(value)}`)]
  }

  /** The values of a step: `agent` or, of a slice, `agent:user`. */
  private at(parent: unknown, step: string, elements: ElementDefinition[]): unknown[] {
    const [name, slice] = step.split(':')
    const value = (parent as Json | undefined)?.[name!]
    const values = value === undefined ? [] : [value].flat()
    if (slice === undefined) return values
    const [by] = ['', '.type', '.role'].flatMap((path) => {
      const found = elements.find(({ id }) => id === `AuditEvent.${step}${path}`)
      return found && (patternOf(found) !== undefined || found.binding) ? [{ found, path }] : []
    })
    // Extensions are told by their own profiles.
    if (!by) return []
    return values.filter((item) => {
      const told = by.path === '' ? item : (item as Json)[by.path.slice(1)]
      return told !== undefined && fits(told, patternOf(by.found)) && this.isBound(told, by.found)
    })
  }

  private isBound(value: unknown, { binding }: ElementDefinition): boolean {
    const valueSet = binding?.strength === 'required' ? this.valueSets.get(binding.valueSet) : undefined
    if (!valueSet) return true
    const { coding } = value as { coding?: Json[] }
    return (coding ?? [value as Json]).some(({ system, code }) =>
      valueSet.compose.include.some(
        (part) => part.system === system && (part.concept?.some((concept) => concept.code === code) ?? true),
      ),
    )
  }
}

function patternOf(element: ElementDefinition): unknown {
  const name = Object.keys(element).find((key) => key.startsWith('pattern'))
  return name && element[name]
}

/** Whether a value has all that a pattern has (ElementDefinition.pattern[x]). */
function fits(value: unknown, pattern: unknown): boolean {
  if (pattern === undefined) return true
  if (Array.isArray(pattern)) return pattern.every((one) => (value as unknown[]).some((item) => fits(item, one)))
  if (typeof pattern !== 'object') return value === pattern
  return Object.entries(pattern as Json).every(
    ([name, inner]) => typeof value === 'object' && value !== null && fits((value as Json)[name], inner),
  )
}
