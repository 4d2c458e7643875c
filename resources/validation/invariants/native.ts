import { typeTable } from '../../definitions/definitions.ts'
import type { Check, Finding, Place, Run } from '../place.ts'
import { fragmentsIn } from '../references/fragments.ts'
import { containedOf } from '../references/near.ts'
import { rootResourceOf } from '../surroundings.ts'
import { placesOfMember } from '../walk.ts'

type Resource = Readonly<Record<string, unknown>>

/** ele-1, ext-1, ref-1 or dom-*, whichever places of a type have to meet. */
export function nativeCheckOf(type: string): Check | undefined {
  if (type === 'Extension') return checkExtension
  if (type === 'Reference') return checkReference
  const kind = typeTable(type)?.kind
  if (kind === 'complex' || kind === 'nested') return checkElement
  return kind === 'resource' && type !== 'Bundle' && type !== 'Binary' && type !== 'Parameters'
    ? checkResource
    : undefined
}

/** ele-1 of a primitive that has something beside it. */
export const checkBeside: Check = (place, run) => {
  if (place.value === undefined && isIdAlone(place.sibling!)) run.report(place, ELE_1)
}

const ELE_1 = finding('ele-1', 'All FHIR elements must have a @value or children')
const EXT_1 = finding('ext-1', 'Must have either extensions or value[x], not both')
const REF_1 = finding('ref-1', 'SHALL have a contained resource if a local reference is provided')
const DOM_2 = finding(
  'dom-2',
  'If the resource is contained in another resource, it SHALL NOT contain nested Resources',
)
const DOM_3 = finding(
  'dom-3',
  'If the resource is contained in another resource, it SHALL be referred to from elsewhere in the resource or SHALL refer to the containing resource',
)
const DOM_4 = finding(
  'dom-4',
  'If a resource is contained in another resource, it SHALL NOT have a meta.versionId or a meta.lastUpdated',
)
const DOM_5 = finding('dom-5', 'If a resource is contained in another resource, it SHALL NOT have a security label')
const DOM_6: Finding = {
  ...finding('dom-6', 'A resource should have narrative for robust management'),
  severity: 'information',
}

function finding(key: string, human: string): Finding {
  return { severity: 'error', code: 'invariant', messageId: key, diagnostics: `${key}: ${human}` }
}

function checkElement(place: Place, run: Run): void {
  if (isIdAlone(place.value as Resource)) run.report(place, ELE_1)
}

/** Its expression goes through all that is contained for each reference. */
function checkReference(place: Place, run: Run): void {
  checkElement(place, run)
  const { reference } = place.value as { reference?: string }
  // `#` alone is the container (references.html, "Contained Resources").
  if (!reference?.startsWith('#') || reference === '#') return
  if (!containedOf(rootResourceOf(place).value as Resource).has(reference.slice(1))) run.report(place, REF_1)
}

function isIdAlone(element: Resource): boolean {
  for (const name in element) if (name !== 'id' && name !== '_id') return false
  return true
}

function checkExtension(place: Place, run: Run): void {
  let hasValue = false
  let hasExtensions = false
  for (const name in place.value as Resource) {
    if (name === 'extension') hasExtensions = true
    else if (name.startsWith('value') || name.startsWith('_value')) hasValue = true
  }
  if (hasValue === hasExtensions) run.report(place, EXT_1)
}

function checkResource(place: Place, run: Run): void {
  const { contained, text } = place.value as { contained?: unknown; text?: { div?: unknown } }
  if (run.options.bestPractices && place.name !== 'contained' && text?.div === undefined) run.report(place, DOM_6)
  if (contained !== undefined) checkContained(place, run)
}

function checkContained(container: Place, run: Run): void {
  if (container.name === 'contained') {
    run.report(container, DOM_2, 'contained')
    return
  }
  const fragments = fragmentsIn(container.value)
  for (const place of placesOfMember(container, 'contained')) {
    const { id, meta } = place.value as { id?: string; meta?: Resource }
    if (!fragments.has(`#${id}`) && !fragmentsIn(place.value).has('#')) run.report(place, DOM_3)
    if (meta?.versionId !== undefined || meta?.lastUpdated !== undefined) run.report(place, DOM_4, 'meta')
    if (meta?.security !== undefined) run.report(place, DOM_5, 'meta')
  }
}
