import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Condition, Resource } from '@medplum/fhirtypes'
import t from 'tap'
import { dateRange } from '../../../resources/dates.ts'
import { checkStructure } from '../../../resources/validation/structure/check.ts'
import { HCPCS, ICD10CM, ICD10PCS } from '../../../server/demo/codes.ts'
import { demoBundles } from '../../../server/demo/hospital.ts'
import { readTable } from './coding-table.ts'
import {
  all,
  bundles,
  byReference,
  cents,
  codeOf,
  codingsOf,
  datesIn,
  encounterOf,
  get,
  periodsIn,
  records,
  referencesOf,
  refersTo,
  resources,
  resourcesOf,
  stringsUnder,
  TODAY,
} from './demo-set.ts'

const CODING = join(import.meta.dirname, '../../../../shared/data/coding')
const NO_TABLES = existsSync(CODING) ? false : 'the coding tables are not here (../shared/data/coding)'

t.test('gives the same bytes for the same seed and day', async (t) => {
  t.equal(JSON.stringify(demoBundles({ today: TODAY })), JSON.stringify(bundles))
  t.not(JSON.stringify(demoBundles({ today: TODAY, seed: 1 })), JSON.stringify(bundles))
})

t.test('gives the same ids on every day', async (t) => {
  for (const today of ['2024-02-29', '2026-11-25', '2027-01-01', '2031-07-13']) {
    t.same(referencesOf(demoBundles({ today })), [...byReference.keys()], today)
  }
})

t.test('makes transactions of PUTs, the hospital first and then a patient each', async (t) => {
  t.equal(bundles.length, 31)
  t.equal(byReference.size, resources.length, 'no id twice')
  for (const bundle of bundles) {
    t.same(checkStructure({ ...bundle }), [])
    t.equal(bundle.type, 'transaction')
    for (const { resource, request } of bundle.entry ?? []) {
      t.same(request, { method: 'PUT', url: `${resource?.resourceType}/${resource?.id}` })
    }
  }
  t.notOk(records[0]!.some(({ resourceType }) => resourceType === 'Patient'))
  for (const record of records.slice(1)) t.equal(record[0]?.resourceType, 'Patient')
})

t.test('has the size of a demonstration', async (t) => {
  t.ok(resources.length >= 900 && resources.length <= 1300, `${resources.length} resources`)
  t.equal(all('Patient').length, 30)
  for (const record of records.slice(1)) {
    const visits = record.filter(({ resourceType }) => resourceType === 'Encounter').length
    t.ok(visits >= 2 && visits <= 6, `${record[0]?.id} has ${visits} visits`)
  }
  t.ok(all('ClaimResponse').length + all('ExplanationOfBenefit').length > 0.8 * all('Claim').length)
})

t.test('is structurally valid', async (t) => {
  for (const seed of [undefined, 1, 99]) {
    const made = seed === undefined ? resources : resourcesOf(demoBundles({ today: TODAY, seed }))
    for (const resource of made) {
      const issues = checkStructure({ ...resource })
      if (issues.length > 0) t.fail(`${resource.resourceType}/${resource.id}`, { issues })
    }
  }
})

t.test('refers only to what it holds, and only to what was loaded before or with it', async (t) => {
  const loaded = new Set<string>()
  for (const record of records) {
    for (const resource of record) loaded.add(`${resource.resourceType}/${resource.id}`)
    for (const resource of record) {
      for (const reference of stringsUnder(resource, 'reference')) {
        if (!loaded.has(reference)) t.fail(`${resource.id} refers to ${reference}`)
      }
    }
  }
})

t.test('keeps to one patient in each record', async (t) => {
  for (const [patient, ...rest] of records.slice(1)) {
    for (const resource of rest) {
      for (const reference of stringsUnder(resource, 'reference')) {
        if (reference.startsWith('Patient/')) t.equal(reference, `Patient/${patient?.id}`)
      }
    }
  }
})

t.test('dates nothing in the future, and no end before its start', async (t) => {
  for (const today of [TODAY, '2024-02-29', '2027-03-15']) {
    const midnight = Date.parse(today)
    for (const resource of resourcesOf(demoBundles({ today }))) {
      for (const text of datesIn(resource)) {
        if (dateRange(text)!.start > midnight) t.fail(`${resource.id} holds ${text}`)
      }
      for (const { start, end } of periodsIn(resource)) {
        if (dateRange(start)!.start > dateRange(end)!.start) t.fail(`${resource.id} ends before it starts`)
      }
    }
  }
})

t.test('has nothing before birth or after death', async (t) => {
  for (const record of records.slice(1)) {
    const patient = record[0] as Extract<Resource, { resourceType: 'Patient' }>
    const birth = dateRange(patient.birthDate!)!.start
    const death = patient.deceasedDateTime ? dateRange(patient.deceasedDateTime)!.end : Number.POSITIVE_INFINITY
    for (const resource of record) {
      if (dateRange(stringsUnder(resource, 'onsetDateTime')[0] ?? TODAY)!.end <= birth) t.fail(`${resource.id}: birth`)
      if (resource.resourceType !== 'Encounter') continue
      if (dateRange(resource.period!.start!)!.start < birth) t.fail(`${resource.id}: birth`)
      if (dateRange(resource.period?.end ?? TODAY)!.start > death) t.fail(`${resource.id}: death`)
    }
  }
})

t.test('claims every visit that is over', async (t) => {
  const claims = all('Claim')
  const finished = all('Encounter').filter(({ status }) => status === 'finished')
  t.equal(claims.length, finished.length)
  t.equal(all('Encounter').length, finished.length + 1, 'one patient is still there')
  for (const encounter of finished) t.equal(claims.filter((claim) => encounterOf(claim) === encounter).length, 1)
})

t.test('claims for the encounter, coverage and diagnoses of the patient', async (t) => {
  for (const claim of all('Claim')) {
    const patient = claim.patient.reference
    const coverage = byReference.get(claim.insurance[0]!.coverage.reference!)
    t.match(coverage, { resourceType: 'Coverage', beneficiary: { reference: patient } })
    const encounter = encounterOf(claim)
    t.equal(encounter.subject?.reference, patient)
    const coded = encounter.diagnosis!.map(({ condition }) => byReference.get(condition.reference!) as Condition)
    for (const condition of coded) t.equal(condition.subject.reference, patient)
    t.same(
      claim.diagnosis?.map((diagnosis) => diagnosis.diagnosisCodeableConcept),
      coded.map((condition) => condition.code),
    )
    for (const item of claim.item!) {
      for (const sequence of item.procedureSequence ?? []) {
        t.ok(claim.procedure?.some((procedure) => procedure.sequence === sequence))
      }
    }
  }
})

t.test('adds up, but for one claim', async (t) => {
  const wrong: string[] = []
  for (const claim of all('Claim')) {
    for (const { quantity, unitPrice, net } of claim.item!) {
      t.equal(cents(net?.value), (quantity?.value ?? 0) * cents(unitPrice?.value))
    }
    const sum = claim.item!.reduce((total, item) => total + cents(item.net?.value), 0)
    if (cents(claim.total?.value) !== sum) wrong.push(claim.id!)
  }
  t.same(wrong, ['demo-claim-20-4'])
  for (const answer of [...all('ClaimResponse'), ...all('ExplanationOfBenefit')]) {
    const benefits = (answer.item ?? []).flatMap(({ adjudication }) => adjudication ?? [])
    const paid = benefits.filter(({ category }) => category.coding?.[0]?.code === 'benefit')
    t.equal(
      paid.reduce((total, { amount }) => total + cents(amount?.value), 0),
      cents(answer.payment?.amount?.value ?? 0),
    )
  }
})

t.test('holds every resource and flaw that the README names', async (t) => {
  const readme = readFileSync(join(import.meta.dirname, '../../../server/demo/README.md'), 'utf8')
  const named = readme.match(/\b[A-Z]\w+\/demo-[a-z0-9-]+/g) ?? []
  t.ok(named.length > 10)
  for (const reference of named) t.ok(byReference.has(reference), reference)

  t.match(get('ClaimResponse/demo-claim-response-02-4'), { disposition: /denied/, payment: undefined })
  t.equal(get('Claim/demo-claim-19-4').procedure, undefined)
  t.ok(resources.some((one) => one.resourceType === 'Procedure' && refersTo(one, 'Encounter/demo-encounter-19-4')))
  t.notOk(get('Claim/demo-claim-13-4').diagnosis?.some(({ onAdmission }) => onAdmission))
  t.equal(codeOf(get('Claim/demo-claim-25-5').diagnosis?.[0]?.diagnosisCodeableConcept), 'D63.1')
  t.match(get('DiagnosticReport/demo-pathology-report-29-1').conclusion, /adenocarcinoma/)
  t.notOk(all('Condition').some(({ subject, code }) => /-29$/.test(subject.reference!) && /^C/.test(codeOf(code)!)))
  t.equal(get('DocumentReference/demo-discharge-summary-14-1').docStatus, 'preliminary')
})

t.test('writes a discharge summary that can be read', async (t) => {
  const { data, size } = get('DocumentReference/demo-discharge-summary-21-1').content[0]!.attachment
  const text = Buffer.from(data!, 'base64').toString()
  t.equal(Buffer.byteLength(text), size)
  t.match(text, /Hiroshi Tanaka/)
  t.match(text, /Cerebral infarction due to embolism of left middle cerebral artery/)
})

t.test('uses ICD-10-CM codes that are billable and in force on the day', { skip: NO_TABLES }, async (t) => {
  const billable = table('icd10cm-2027')
  const validity = table('icd10cm-validity')
  for (const { resource, coding, day } of codingsOf(ICD10CM)) {
    const { long, billable: flag } = billable.get(coding.code!) ?? {}
    const { valid_from: from, valid_to: to } = validity.get(coding.code!) ?? {}
    const right = flag === '1' && long === coding.display && from! <= day && to === ''
    if (!right) t.fail(`${resource.id}: ${coding.code}`, { coding, flag, long, from, to })
  }
})

t.test('uses procedure codes that exist', { skip: NO_TABLES }, async (t) => {
  const procedures = table('icd10pcs')
  for (const { coding } of codingsOf(ICD10PCS)) {
    t.match(procedures.get(coding.code!), { long: coding.display!, valid_to: '' })
  }
  const services = table('hcpcs2')
  for (const { coding } of codingsOf(HCPCS)) {
    t.match(services.get(coding.code!), { terminated: '', in_2026q3: '1' })
  }
})

t.test('has one principal diagnosis that the Medicare Code Editor refuses', { skip: NO_TABLES }, async (t) => {
  const refused = readTable(CODING, 'mce-v44')
    .filter(({ edit, valid_to }) => /^(manifestation|unacceptable|external).*pdx$/.test(edit!) && valid_to === '')
    .map(({ code }) => code)
  const found = all('Claim').filter((claim) => {
    const principal = codeOf(claim.diagnosis![0]?.diagnosisCodeableConcept)!
    return encounterOf(claim).class.code === 'IMP' && refused.includes(principal)
  })
  t.same(
    found.map(({ id }) => id),
    ['demo-claim-25-5'],
  )
})

function table(name: string): Map<string, Record<string, string>> {
  return new Map(readTable(CODING, name).map((row) => [row.code!, row]))
}
