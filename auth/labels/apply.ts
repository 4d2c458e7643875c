import { applyEdits, type Edit } from '../../resources/json/edits.ts'
import { memberRange } from '../../resources/json/outline.ts'
import type { JsonDocument } from '../../resources/json/parse.ts'
import { type LabelRule, labelOf, rulesFor } from './rules.ts'

/** Says on a label's Coding which rule put it there. */
export const LABEL_RULE = 'https://chartroom.invalid/fhir/StructureDefinition/label-rule'

/** A resource and the edits that bring its text up to its value. */
export interface Edited {
  document: JsonDocument
  edits?: Edit[]
}

/** A resource with the labels that rules put on it, where it lacks some; all else of its text stays to the byte. */
export function labelled({ document, edits = [] }: Edited): Edited {
  const had = securityOf(document.value)
  const lacking = [...rulesFor(document.value)].filter((rule) => !had.some((one) => isLabel(one, rule)))
  if (lacking.length === 0) return { document, edits }
  const codings = lacking.map((rule) => ({
    extension: [{ url: LABEL_RULE, valueString: rule.id }],
    ...labelOf(rule),
  }))
  const text = edits.length > 0 ? applyEdits(document.text, [...edits], edits[0]!).text : document.text
  const added = insertion(text, codings.map((one) => JSON.stringify(one)).join(','))
  const meta = { ...(document.value.meta as object | undefined), security: [...had, ...codings] }
  return { document: { text: applyEdits(text, [added], added).text, value: { ...document.value, meta } } }
}

/** Where codings go in a text, with what has to stand around them there. */
function insertion(text: Buffer, codings: string): Edit {
  const meta = memberRange(text, 0, 'meta')
  if (!meta) {
    const behind = memberRange(text, 0, 'id') ?? memberRange(text, 0, 'resourceType')
    return at(behind?.end ?? text.length - 1, `,"meta":{"security":[${codings}]}`)
  }
  const security = memberRange(text, meta.valueStart, 'security')
  // Empty lists and objects are no right structure: something stands there already.
  if (security) return at(security.end - 1, `,${codings}`)
  return at(meta.valueStart + 1, `"security":[${codings}]${meta.end - meta.valueStart > 2 ? ',' : ''}`)
}

function at(start: number, text: string): Edit {
  return { start, end: start, text }
}

function securityOf(resource: Readonly<Record<string, unknown>>): unknown[] {
  const { security } = (resource.meta ?? {}) as { security?: unknown[] }
  return security ?? []
}

function isLabel(coding: unknown, rule: LabelRule): boolean {
  const { system, code } = coding as { system?: unknown; code?: unknown }
  const label = labelOf(rule)
  return system === label.system && code === label.code
}
