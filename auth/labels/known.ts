import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TokenTest } from '../../search/expression.ts'

/** A security label, as a Coding of `meta.security` names it. */
export interface Label {
  system: string
  code: string
}

interface Table {
  confidentiality: { system: string; order: string[]; older: string[] }
  /** Each code with those above it. */
  sensitivity: { system: string; codes: Record<string, string[]> }
}

const { confidentiality, sensitivity }: Table = JSON.parse(
  readFileSync(join(import.meta.dirname, 'labels.json'), 'utf8'),
)

export const CONFIDENTIALITY = confidentiality.system
export const SENSITIVITY = sensitivity.system

/** How confidential something is, the least first; what is not labelled is N. */
export const LEVELS: readonly string[] = confidentiality.order

const NORMAL = LEVELS.indexOf('N')

/** The labels that nobody may see without a clearance: R, V, the older ones beside them, and all of sensitivity. */
export const CLEARED_LABELS: readonly Label[] = [
  ...[...LEVELS.slice(NORMAL + 1), ...confidentiality.older].map((code) => ({ system: CONFIDENTIALITY, code })),
  ...Object.keys(sensitivity.codes).map((code) => ({ system: SENSITIVITY, code })),
]

/** What the code systems were called by FHIR before R4, and are by CDA: labels that came from there hide as well. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  [CONFIDENTIALITY]: ['http://hl7.org/fhir/v3/Confidentiality', 'urn:oid:2.16.840.1.113883.5.25'],
  [SENSITIVITY]: ['http://hl7.org/fhir/v3/ActCode', 'urn:oid:2.16.840.1.113883.5.4'],
}

/** Tests for the labels, each also where its Coding names no system, or the same one otherwise. */
export function testsOf(labels: readonly Label[]): TokenTest[] {
  return labels.flatMap(({ system, code }) =>
    [system, '', ...(OTHER_NAMES[system] ?? [])].map((name) => ({ system: name, code })),
  )
}

/** A label of sensitivity and those below it, in which it is contained. */
export function withNarrower({ system, code }: Label): Label[] {
  if (system !== SENSITIVITY) return [{ system, code }]
  const below = Object.entries(sensitivity.codes).filter(([, above]) => above.includes(code))
  return [code, ...below.map(([own]) => own)].map((one) => ({ system, code: one }))
}

/** Whether a text of a policy (`code` or `system|code`) names a label. */
export function isNamedBy(text: string, { system, code }: Label): boolean {
  return text === code || text === `${system}|${code}`
}
