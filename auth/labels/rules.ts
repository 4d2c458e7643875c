import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Label, SENSITIVITY } from './known.ts'

/** A rule that labels what has one of its codes. */
export interface LabelRule {
  id: string
  /** A code of sensitivity. */
  label: string
  why: string
  /** By system; of ICD-10-CM the beginnings of codes. */
  codes: Readonly<Record<string, readonly string[]>>
}

interface Table {
  /** Of each system, where its codes are from and of when. */
  sources: Record<string, string>
  /** Types that are labelled. */
  types: string[]
  rules: LabelRule[]
}

const TABLE: Table = JSON.parse(readFileSync(join(import.meta.dirname, 'rules.json'), 'utf8'))

export const LABEL_RULES: readonly LabelRule[] = TABLE.rules

const TYPES: ReadonlySet<string> = new Set(TABLE.types)

export const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm'

/** Other names of the systems; WHO's ICD-10 has the same categories. */
const SYSTEMS: Readonly<Record<string, string>> = {
  'http://hl7.org/fhir/sid/icd-10': ICD10CM,
  'urn:oid:2.16.840.1.113883.6.90': ICD10CM,
  'urn:oid:2.16.840.1.113883.6.96': 'http://snomed.info/sct',
  'urn:oid:2.16.840.1.113883.6.1': 'http://loinc.org',
  'urn:oid:2.16.840.1.113883.6.88': 'http://www.nlm.nih.gov/research/umls/rxnorm',
}

/** Characters of the shortest stem of ICD-10-CM. */
const SHORTEST = 3

/** Rules by system and code; of ICD-10-CM by stems without the dot. */
const rulesOfCode = new Map<string, LabelRule[]>()
for (const rule of LABEL_RULES) {
  for (const [system, codes] of Object.entries(rule.codes)) {
    for (const code of codes) {
      const key = `${system}|${system === ICD10CM ? bare(code) : code}`
      rulesOfCode.set(key, [...(rulesOfCode.get(key) ?? []), rule])
    }
  }
}

/** The rules that label a resource for its codings, those of its parts and of what it contains too. */
export function rulesFor(resource: Readonly<Record<string, unknown>>): Set<LabelRule> {
  const found = new Set<LabelRule>()
  if (!TYPES.has(String(resource.resourceType))) return found
  const waiting: unknown[] = [resource]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value !== 'object' || value === null) continue
    const { system, code } = value as { system?: unknown; code?: unknown }
    if (typeof system === 'string' && typeof code === 'string') {
      for (const rule of rulesOf(system, code)) found.add(rule)
    }
    for (const inner of Object.values(value)) waiting.push(inner)
  }
  return found
}

/** The label of a rule. */
export function labelOf({ label }: LabelRule): Label {
  return { system: SENSITIVITY, code: label }
}

function rulesOf(named: string, code: string): LabelRule[] {
  const system = Object.hasOwn(SYSTEMS, named) ? SYSTEMS[named]! : named
  if (system !== ICD10CM) return rulesOfCode.get(`${system}|${code}`) ?? []
  const whole = bare(code)
  const found: LabelRule[] = []
  for (let length = SHORTEST; length <= whole.length; length++) {
    found.push(...(rulesOfCode.get(`${ICD10CM}|${whole.slice(0, length)}`) ?? []))
  }
  return found
}

function bare(code: string): string {
  return code.replace('.', '').toUpperCase()
}
