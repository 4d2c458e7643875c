import type { Canonical } from './canonicals.ts'

/** What is for readers of the specification, and for its editors. */
const EVERYWHERE = ['text', 'meta', 'contact', 'useContext', 'mapping']

/** Of ElementDefinitions: what no check looks at. */
const OF_ELEMENTS = [
  'definition',
  'comment',
  'requirements',
  'alias',
  'mapping',
  'meaningWhenMissing',
  'orderMeaning',
  'example',
  'isModifierReason',
]

/** Extensions of definitions that carry work of editors: maturity, work groups, names for generated code. */
const OF_EDITORS =
  /\/(?:structuredefinition-(?:wg|fmm|fmm-no-warnings|standards-status|normative-version|ballot-status|display-hint|explicit-type-name|hierarchy|ancestor|category|summary|table-name|template-status|codegen-super)|elementdefinition-(?:isCommonBinding|bindingName|translatable)|resource-approvalDate|resource-lastReviewDate)$/

type Json = Readonly<Record<string, unknown>>

/** A definition without its narrative and what else validation and terminology do not look at. */
export function trimmed(definition: Canonical['resource']): Canonical['resource'] {
  const { resourceType } = definition
  const rest: Json = without(definition, EVERYWHERE)
  if (resourceType !== 'StructureDefinition') return rest as Canonical['resource']
  const cut: Record<string, unknown> = { ...without(rest, ['purpose', 'copyright', 'description', 'keyword']) }
  for (const part of ['snapshot', 'differential']) {
    const elements = (cut[part] as { element?: Json[] } | undefined)?.element
    if (elements) cut[part] = { element: elements.map(trimmedElement) }
  }
  return cut as Canonical['resource']
}

function trimmedElement(element: Json): Json {
  const cut: Record<string, unknown> = { ...without(element, OF_ELEMENTS) }
  const constraints = cut.constraint as Json[] | undefined
  if (constraints) cut.constraint = constraints.map((constraint) => without(constraint, ['xpath', 'requirements']))
  const binding = cut.binding as Json | undefined
  if (binding) cut.binding = without(binding, ['description'])
  return cut
}

function without(object: Json, names: readonly string[]): Json {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(object)) {
    const own = name === 'extension' ? ofUse(value as Json[]) : value
    if (!names.includes(name) && own !== undefined) kept[name] = own
  }
  return kept
}

function ofUse(extensions: readonly Json[]): Json[] | undefined {
  const kept = extensions.filter(({ url }) => !OF_EDITORS.test(String(url)))
  return kept.length > 0 ? kept : undefined
}
