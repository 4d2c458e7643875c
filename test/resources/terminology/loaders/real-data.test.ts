import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Loader } from '../../../../resources/terminology/loaders/loader.ts'
import { PUBLIC } from '../../../../resources/terminology/loaders/loaders.ts'
import {
  CMS_HCC,
  HCPCS,
  ICD10CM,
  ICD10PCS,
  MDC,
  MSDRG,
  NAACCR,
  PLACE_OF_SERVICE,
} from '../../../../resources/terminology/loaders/systems.ts'
import { Shelf } from '../../../support/codes/files.ts'

const SHARED = process.env.SHARED ?? join(import.meta.dirname, '..', '..', '..', '..', '..', 'shared')
const CODING = join(SHARED, 'data', 'coding')
const HAS_CODING = existsSync(CODING)
if (!HAS_CODING)
  t.comment(`left out: ${CODING} is not there (SHARED names another place); samples are tested in the other files`)
const options = { skip: HAS_CODING ? false : 'the coding tables are not there' }

const shelf = new Shelf()

async function load(kind: string): Promise<{ codes: number; records: number }[]> {
  const loader = PUBLIC.find((one) => one.kind === kind) as Loader
  const paths = readdirSync(CODING)
    .filter((name) => loader.takes(name))
    .sort()
    .map((name) => join(CODING, name))
  return (await shelf.load(loader, paths)).map(({ concepts, records }) => ({ codes: concepts, records }))
}

const property = (code: string, day: string, name: string) => shelf.property(ICD10CM, code, day, name)

/** How many codes hold on a day that have a property with this value. */
function having(system: string, day: string, name: string, value: unknown): number {
  return shelf.concepts
    .on(system, day)
    .filter(({ properties }) => properties?.some((one) => one.code === name && one.value === value)).length
}

t.test('ICD-10-CM has the counts of CMS on the first and last day of both years', options, async (t) => {
  await load('icd-10-cm')
  const counts = (day: string) => [having(ICD10CM, day, 'billable', true), having(ICD10CM, day, 'billable', false)]
  t.strictSame(counts('2025-10-01'), [74_719, 23_467])
  t.strictSame(counts('2026-09-30'), [74_719, 23_467])
  t.strictSame(counts('2026-10-01'), [74_879, 23_524])
  t.strictSame(counts('2030-01-01'), [74_879, 23_524])
  t.equal(counts('2024-10-02')[0], 74_260, 'FY2025, by the days of the codes alone')
  t.equal(having(ICD10CM, '2026-10-01', 'cc-level', 'CC'), 15_113)
  t.equal(having(ICD10CM, '2026-10-01', 'cc-level', 'MCC'), 3357)
  t.equal(having(ICD10CM, '2026-09-30', 'cc-level', 'CC'), 15_078)
  t.equal(having(ICD10CM, '2026-09-30', 'cc-level', 'MCC'), 3354)
  t.equal(having(ICD10CM, '2026-10-01', 'kind', 'chapter'), 22)
})

t.test('a code is what it was on the day', options, async (t) => {
  t.strictSame(
    [await property('I42.0', '2026-09-30', 'billable'), await property('I42.0', '2026-10-01', 'billable')],
    [true, false],
  )
  for (const day of ['2015-10-01', '2020-01-01', '2026-09-30', '2026-10-01']) {
    t.equal(await property('E11', day, 'billable'), false, day)
    t.equal(await property('E11.9', day, 'billable'), true, day)
  }
  t.equal(await property('E11', '2015-09-30', 'billable'), undefined)
  t.equal(await property('B88.0', '2025-09-30', 'billable'), true)
  t.equal(await property('B88.01', '2025-09-30', 'billable'), undefined)
  t.strictSame(
    [await property('O80', '2024-09-30', 'sex'), await property('O80', '2024-10-01', 'sex')],
    ['female', undefined],
  )
  t.strictSame(
    [await property('O80', '2019-09-30', 'age-max'), await property('O80', '2019-10-01', 'age-max')],
    [55, 64],
  )
  t.equal(await property('E11.9', '2026-11-01', 'effectiveDate'), '2015-10-01')
  t.equal(await property('I42.0', '2026-01-01', 'endDate'), '2026-09-30')
  t.match(await property('E11', '2026-11-01', 'excludes1'), ['diabetes mellitus due to underlying condition (E08.-)'])
})

t.test('what the tables do not know is not told', options, async (t) => {
  const on = (code: string) => shelf.concepts.records(ICD10CM, code).at(-1)
  t.notOk(on('K6A')?.parents, 'a category that is new in FY2027 has no block')
  t.equal(await property('K6A', '2026-11-01', 'block'), undefined)
  t.equal(await property('J4B', '2026-11-01', 'poa-exempt'), undefined, 'newer than the table')
  t.equal(await property('E11.9', '2026-11-01', 'poa-exempt'), false)
  t.equal(await property('E11.9', '2020-01-01', 'cc-level'), undefined)
  t.ok(having(ICD10CM, '2016-01-01', 'untitled', true) > 500, 'codes that were gone before FY2025 have no title')
  t.equal(having(ICD10CM, '2026-10-01', 'untitled', true), 0)
})

t.test('the other systems have the counts of their tables', options, async (t) => {
  t.strictSame(
    (await load('icd-10-pcs')).map(({ codes }) => codes),
    [79_335],
  )
  t.equal(having(ICD10PCS, '2026-10-01', 'billable', true), 79_256)
  t.equal(having(ICD10PCS, '2026-10-01', 'untitled', true) > 400, true)
  t.strictSame(await load('hcpcs'), [{ codes: 8725 + 377, records: 8725 + 377 }])
  t.equal(having(HCPCS, '2026-11-01', 'kind', 'modifier'), 377)
  t.strictSame(
    (await load('ms-drg')).map(({ codes }) => codes),
    [786, 27],
  )
  t.strictSame(
    [shelf.concepts.on(MSDRG, '2026-09-30').length, shelf.concepts.on(MSDRG, '2026-10-01').length],
    [772, 768],
  )
  t.equal(await shelf.property(MSDRG, '001', '2026-01-01', 'weight'), 28.0239)
  t.equal(await shelf.property(MSDRG, '001', '2026-10-01', 'weight'), undefined)
  t.equal(shelf.concepts.on(MDC, '2026-10-01').length, 27)
  t.strictSame(
    (await load('place-of-service')).map(({ codes }) => codes),
    [99],
  )
  t.match(shelf.concepts.records(PLACE_OF_SERVICE, '11'), [{ display: 'Office' }])
  t.strictSame(
    (await load('hcc')).reduce((sum, { codes }) => sum + codes, 0),
    201,
  )
  t.match((await shelf.concepts.open(CMS_HCC, '28'))?.edition, { version: '28' })
  t.strictSame(await load('naaccr'), [{ codes: 788, records: 788 }])
  t.equal(shelf.concepts.on(NAACCR, '2026-10-01').filter(({ inactive }) => !inactive).length, 771)
})

interface MapLike {
  group: { target: string; element: { code: string; target: { code: string; product?: { value: string }[] }[] }[] }[]
}

t.test('HCC and ICD-O-3 are maps, the case-finding list is a value set', options, async (t) => {
  await load('icd-o-3')
  await load('casefinding')
  const map = (id: string) =>
    shelf.packages.definition(`https://chartroom.invalid/fhir/ConceptMap/${id}`) as unknown as MapLike
  const elements = (id: string) => map(id).group[0]!.element
  const v28 = elements('icd-10-cm-to-hcc-v28-py2026')
  t.strictSame(
    v28.find(({ code }) => code === 'E08.311')?.target.map(({ code }) => code),
    ['37', '298'],
  )
  t.ok(v28.length > 7000)
  t.equal(elements('icd-10-cm-to-icd-o-3').length, 1484)
  t.match(
    elements('icd-10-cm-to-icd-o-3').find(({ code }) => code === 'C50.911'),
    {
      target: [{ code: 'C50.9', product: [{ value: '8000/3' }] }],
    },
  )
  const set = shelf.packages.definition('https://chartroom.invalid/fhir/ValueSet/cancer-casefinding')
  t.match(set, { compose: { include: [{ system: ICD10CM }] } })
  t.equal((set as { compose: { include: { concept: unknown[] }[] } }).compose.include[0]!.concept.length, 1603)
})
