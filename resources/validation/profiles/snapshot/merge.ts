import type { ElementDefinition } from '@medplum/fhirtypes'

/** Members that are of the element itself, not of what it says. */
const OWN = new Set(['id', 'path', 'sliceName'])

/** Members of which a differential adds to those of the base. */
const ADDED = new Set(['alias', 'code', 'condition', 'example', 'mapping'])

/** An element of a base with what a differential says of it (R4 profiling.html, ElementDefinition: inheritance). */
export function merged(base: ElementDefinition, change: ElementDefinition): ElementDefinition {
  const element = { ...base } as Record<string, unknown>
  // What is fixed replaces what was fixed or was a pattern, and both may be there of one type only.
  for (const stem of ['fixed', 'pattern', 'minValue', 'maxValue', 'defaultValue']) {
    if (hasChoice(change, stem)) for (const key of choiceKeys(base, stem)) delete element[key]
  }
  for (const [key, value] of Object.entries(change)) {
    if (OWN.has(key) || value === undefined) continue
    if (key === 'constraint') element.constraint = withConstraints(base, value as ElementDefinition['constraint'])
    else if (key === 'binding') element.binding = { ...base.binding, ...(value as object) }
    else if (ADDED.has(key)) element[key] = joined(element[key] as unknown[] | undefined, value as unknown[])
    else element[key] = value
  }
  return element as unknown as ElementDefinition
}

function hasChoice(element: ElementDefinition, stem: string): boolean {
  return choiceKeys(element, stem).length > 0
}

function choiceKeys(element: ElementDefinition, stem: string): string[] {
  return Object.keys(element).filter((key) => key.startsWith(stem) && /^[A-Z]/.test(key.slice(stem.length)))
}

function withConstraints(
  base: ElementDefinition,
  added: ElementDefinition['constraint'],
): ElementDefinition['constraint'] {
  const keys = new Set(added?.map(({ key }) => key))
  return [...(base.constraint ?? []).filter(({ key }) => !keys.has(key)), ...(added ?? [])]
}

function joined(some: readonly unknown[] = [], more: readonly unknown[]): unknown[] {
  const known = new Set(some.map((one) => JSON.stringify(one)))
  return [...some, ...more.filter((one) => !known.has(JSON.stringify(one)))]
}

/** An element as a derived structure inherits it: its invariants, and the element it refers to, tell where they come from. */
export function inherited(element: ElementDefinition, url: string): ElementDefinition {
  const { constraint, contentReference } = element
  const kept = { ...element }
  if (constraint) kept.constraint = constraint.map((one) => (one.source ? one : { ...one, source: url }))
  // It refers to what the base says of the other element, not to what a profile does.
  if (contentReference?.startsWith('#')) kept.contentReference = url + contentReference
  return kept
}
