import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CLEARED_LABELS } from '../../../auth/labels/known.ts'
import { ICD10CM, LABEL_RULES, labelOf, rulesFor } from '../../../auth/labels/rules.ts'
import { readTable } from '../../server/demo/coding-table.ts'

const condition = (system: string, code: string) => ({
  resourceType: 'Condition',
  code: { coding: [{ system, code }] },
})
const labelsOf = (resource: Record<string, unknown>) => [...rulesFor(resource)].map(({ label }) => label).sort()

const CODING = join(import.meta.dirname, '../../../../shared/data/coding')
const skip = existsSync(CODING) ? false : 'the coding tables are not here (../shared/data/coding)'

t.test('each stem of ICD-10-CM is in the official table', { skip }, async (t) => {
  const codes = new Set(readTable(CODING, 'icd10cm-2026').map(({ code }) => code))
  for (const { id, codes: own } of LABEL_RULES) {
    for (const stem of own[ICD10CM] ?? []) t.ok(codes.has(stem), `${id}: ${stem}`)
  }
})

t.test('each rule gives a label that needs a clearance, and no code stands twice in it', async (t) => {
  for (const rule of LABEL_RULES) {
    t.ok(
      CLEARED_LABELS.some(({ system, code }) => system === labelOf(rule).system && code === rule.label),
      rule.id,
    )
    for (const codes of Object.values(rule.codes)) t.equal(new Set(codes).size, codes.length, rule.id)
  }
})

t.test('codes are found by their stems, with a dot or without, and by other names of their system', async (t) => {
  for (const [system, code, labels] of [
    [ICD10CM, 'F11.20', ['SUD']],
    [ICD10CM, 'F1120', ['SUD']],
    [ICD10CM, 'f11.20', ['SUD']],
    [ICD10CM, 'F17.210', []],
    [ICD10CM, 'F10', ['SUD']],
    [ICD10CM, 'F1', []],
    [ICD10CM, 'B20', ['HIV']],
    [ICD10CM, 'B2', []],
    [ICD10CM, 'R45.851', ['PSY']],
    [ICD10CM, 'R45.84', []],
    [ICD10CM, 'O99.345', ['PSY']],
    [ICD10CM, 'Z33.2', ['SEX']],
    [ICD10CM, 'Z33.1', []],
    ['http://hl7.org/fhir/sid/icd-10', 'A51.0', ['STD']],
    ['urn:oid:2.16.840.1.113883.6.90', 'T74.11XA', ['SDV']],
    ['http://snomed.info/sct', '86406008', ['HIV']],
    ['http://snomed.info/sct', '86406', []],
    ['urn:x', 'B20', []],
    ['constructor', 'B20', []],
  ] as const) {
    t.strictSame(labelsOf(condition(system, code)), labels, `${system}|${code}`)
  }
})

t.test('any coding of a resource counts, and only resources about patients are labelled', async (t) => {
  const coding = [{ system: ICD10CM, code: 'B20' }]
  const claim = { resourceType: 'Claim', diagnosis: [{ diagnosisCodeableConcept: { coding } }] }
  t.strictSame(labelsOf(claim), ['HIV'])
  const contained = [
    {
      resourceType: 'Medication',
      code: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1819' }] },
    },
  ]
  t.strictSame(labelsOf({ resourceType: 'MedicationRequest', contained, reasonCode: [{ coding }] }), ['HIV', 'SUD'])
  t.strictSame(labelsOf({ resourceType: 'ValueSet', compose: { include: [{ concept: coding }] } }), [])
  t.strictSame(labelsOf({ resourceType: 'ConceptMap', code: { coding } }), [])
})
