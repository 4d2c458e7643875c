import t from 'tap'
import { icd10cm } from '../../../../resources/terminology/loaders/icd10cm/loader.ts'
import { ICD10CM } from '../../../../resources/terminology/loaders/systems.ts'
import { filesOf, orderLine, Shelf } from '../../../support/codes/files.ts'

/** Year by year as CMS publishes it: I42.0 becomes a header, E11.8 is revised, E11.9 stays, B88.0 goes. */
const ORDER_2026 = [
  orderLine(1, 'B88', false, 'Other infestations'),
  orderLine(2, 'B880', true, 'Other acariasis'),
  orderLine(3, 'E11', false, 'Type 2 diabetes mellitus'),
  orderLine(4, 'E118', true, 'Type 2 diabetes mellitus with unspecified complications'),
  orderLine(5, 'E119', true, 'Type 2 diabetes mellitus without complications'),
  orderLine(6, 'I42', false, 'Cardiomyopathy'),
  orderLine(7, 'I420', true, 'Dilated cardiomyopathy'),
  orderLine(8, 'T360X1', false, 'Poisoning by penicillins, accidental'),
  orderLine(
    9,
    'T360X1A',
    true,
    'Poisoning by penicillins, accidental, init',
    'Poisoning by penicillins, accidental (unintentional), initial encounter',
  ),
].join('')

const ORDER_2027 = [
  orderLine(1, 'B88', true, 'Other infestations'),
  orderLine(2, 'E11', false, 'Type 2 diabetes mellitus'),
  orderLine(3, 'E118', true, 'Type 2 diabetes mellitus with complications'),
  orderLine(4, 'E119', true, 'Type 2 diabetes mellitus without complications'),
  orderLine(5, 'I42', false, 'Cardiomyopathy'),
  orderLine(6, 'I420', false, 'Dilated cardiomyopathy'),
  orderLine(7, 'I4201', true, 'Familial dilated cardiomyopathy'),
].join('')

const TABULAR = `<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
  <version>2026</version>
  <introduction><introSection type="title"><title>ICD-10-CM</title></introSection></introduction>
  <chapter>
    <name>4</name><desc>Endocrine, nutritional and metabolic diseases (E00-E89)</desc>
    <excludes1><note>transitory endocrine disorders specific to newborn (P70-P74)</note></excludes1>
    <sectionIndex><sectionRef first="E08" last="E13" id="E08-E13">Diabetes mellitus (E08-E13)</sectionRef></sectionIndex>
    <section id="E08-E13">
      <desc>Diabetes mellitus (E08-E13)</desc>
      <diag><name>E11</name><desc>Type 2 diabetes mellitus</desc>
        <includes><note>diabetes NOS</note></includes>
        <useAdditionalCode><note>code to identify control using: insulin (Z79.4)</note></useAdditionalCode>
        <excludes1><note>gestational diabetes (O24.4-)</note><note>type 1 diabetes mellitus (E10.-)</note></excludes1>
        <diag><name>E11.9</name><desc>Type 2 diabetes mellitus without complications</desc>
          <inclusionTerm><note>Adult-onset diabetes</note></inclusionTerm></diag>
      </diag>
    </section>
  </chapter>
  <chapter>
    <name>9</name><desc>Diseases of the circulatory system (I00-I99)</desc>
    <section id="I42"><desc>Cardiomyopathy &amp; others (I42)</desc>
      <diag><name>I42</name><desc>Cardiomyopathy</desc>
        <codeFirst><note>pre-existing cardiomyopathy (O99.4)</note></codeFirst>
        <sevenChrNote><note>One of these is to be added:</note></sevenChrNote>
        <sevenChrDef><extension char="A">initial encounter</extension></sevenChrDef>
        <visualImpairment>a table</visualImpairment>
      </diag>
    </section>
  </chapter>
</ICD10CM.tabular>
`

async function twoYears(t: Parameters<typeof filesOf>[0]) {
  const [first, second, xml] = filesOf(t, {
    'icd10cm_order_2026.txt': ORDER_2026,
    'icd10cm_order_2027.txt.gz': ORDER_2027,
    'icd10cm_tabular_2026.xml': TABULAR,
  })
  const shelf = new Shelf()
  await shelf.load(icd10cm, [first!, xml!])
  return { shelf, first: first!, second: second!, xml: xml! }
}

const records = (shelf: Shelf, code: string) =>
  shelf.concepts.records(ICD10CM, code).map(({ from, to, display }) => [from, to, display])

t.test('an official order file and tabular list become an edition with its notes', async (t) => {
  const { shelf } = await twoYears(t)
  const edition = shelf.concepts.held[0]?.edition
  t.match(edition, { system: ICD10CM, version: undefined, periods: [{ version: 'FY2026', from: '2025-10-01' }] })
  const [e11] = shelf.concepts.records(ICD10CM, 'E11')
  t.match(e11, { display: 'Type 2 diabetes mellitus', parents: ['E08-E13'], from: '2025-10-01' })
  const on = (code: string, name: string) => shelf.property(ICD10CM, code, '2026-01-01', name)
  t.equal(await on('E11', 'billable'), false)
  t.equal(await on('E11', 'includes'), 'diabetes NOS')
  t.strictSame(await on('E11', 'excludes1'), ['gestational diabetes (O24.4-)', 'type 1 diabetes mellitus (E10.-)'])
  t.equal(await on('E11', 'useAdditional'), 'code to identify control using: insulin (Z79.4)')
  t.equal(await on('I42', 'codeFirst'), 'pre-existing cardiomyopathy (O99.4)')
  t.equal(await on('I42', 'sevenChrDef'), 'A: initial encounter')
  t.equal(await on('E11.9', 'billable'), true)
  t.equal(await on('E11.9', 'chapter'), '4')
  t.equal(await on('E11.9', 'block'), 'E08-E13')
  t.match(shelf.concepts.records(ICD10CM, 'E11.9')[0], {
    designations: [{ value: 'Adult-onset diabetes' }],
    parents: ['E11'],
  })
  t.match(shelf.concepts.records(ICD10CM, 'T36.0X1A')[0], {
    display: /\(unintentional\), initial encounter$/,
    designations: [{ value: 'Poisoning by penicillins, accidental, init', use: { code: 'short-title' } }],
    parents: ['T36.0X1'],
  })
  t.ok(shelf.words.some((words) => words === 'left out of the tabular list: visualImpairment (1)'))
})

t.test('chapters and blocks are there for their place in the tree', async (t) => {
  const { shelf } = await twoYears(t)
  t.match(shelf.concepts.records(ICD10CM, 'E08-E13'), [
    { display: 'Diabetes mellitus', abstract: true, parents: ['4'] },
  ])
  t.match(shelf.concepts.records(ICD10CM, 'I42-I42'), [{ display: 'Cardiomyopathy & others', parents: ['9'] }])
  t.match(shelf.concepts.records(ICD10CM, '4'), [{ display: 'Endocrine, nutritional and metabolic diseases' }])
  const order = shelf.concepts.held[0]!.records.map(({ code }) => code)
  t.strictSame(order.slice(0, 6), ['4', '9', 'E08-E13', 'I42-I42', 'B88', 'B88.0'])
})

t.test(
  'a new year goes into the edition: what is unchanged goes on, what changed is closed the day before',
  async (t) => {
    const { shelf, second } = await twoYears(t)
    const [published] = await shelf.load(icd10cm, [second])
    t.strictSame(published?.edition.periods, [
      { version: 'FY2026', from: '2025-10-01', to: '2026-09-30' },
      { version: 'FY2027', from: '2026-10-01' },
    ])
    t.strictSame(records(shelf, 'E11.9'), [['2025-10-01', undefined, 'Type 2 diabetes mellitus without complications']])
    t.strictSame(records(shelf, 'E11.8'), [
      ['2025-10-01', '2026-09-30', 'Type 2 diabetes mellitus with unspecified complications'],
      ['2026-10-01', undefined, 'Type 2 diabetes mellitus with complications'],
    ])
    t.strictSame(records(shelf, 'B88.0'), [['2025-10-01', '2026-09-30', 'Other acariasis']])
    const on = (code: string, day: string, name: string) => shelf.property(ICD10CM, code, day, name)
    t.equal(await on('I42.0', '2026-09-30', 'billable'), true)
    t.equal(await on('I42.0', '2026-09-30', 'endDate'), '2026-09-30')
    t.equal(await on('I42.0', '2026-10-01', 'billable'), false)
    t.equal(await on('I42.01', '2026-09-30', 'billable'), undefined)
    t.equal(await on('I42.01', '2026-10-01', 'billable'), true)
    t.equal(await on('I42.01', '2026-10-01', 'block'), 'I42-I42', 'a new code is where its category is')
    t.equal(await on('B88', '2026-10-01', 'billable'), true)
    t.equal(await on('E11.8', '2026-10-01', 'effectiveDate'), '2025-10-01', 'a new title makes no new code')
    t.equal(await on('E11', '2026-10-01', 'includes'), 'diabetes NOS', 'notes go on where the year brings none')
    t.equal(await on('E11', '2026-10-01', 'notesVersion'), 'FY2026')
  },
)

t.test(
  'the same year once more changes nothing, and both years at once are the same as one after the other',
  async (t) => {
    const { shelf, first, second, xml } = await twoYears(t)
    await shelf.load(icd10cm, [second])
    const once = structuredClone(shelf.concepts.held)
    await shelf.load(icd10cm, [second])
    t.strictSame(shelf.concepts.held, once)
    const other = new Shelf()
    await other.load(icd10cm, [second, first, xml])
    t.strictSame(other.concepts.held[0]?.edition, once[0]?.edition)
    t.strictSame(
      other.concepts.held[0]?.records.filter(({ abstract }) => !abstract).map(({ code, from, to }) => [code, from, to]),
      once[0]?.records.filter(({ abstract }) => !abstract).map(({ code, from, to }) => [code, from, to]),
    )
  },
)

t.test('an update within the year is of the year’s version', async (t) => {
  const { shelf } = await twoYears(t)
  const [april] = filesOf(t, {
    'icd10cm-order-April-2026.txt': ORDER_2026 + orderLine(10, 'Z11', true, 'Screening'),
  })
  const [published] = await shelf.load(icd10cm, [april!])
  t.strictSame(published?.edition.periods, [{ version: 'FY2026', from: '2025-10-01' }])
  t.strictSame(records(shelf, 'Z11'), [['2026-04-01', undefined, 'Screening']])
  t.strictSame(records(shelf, 'B88.0'), [['2025-10-01', undefined, 'Other acariasis']])
})

t.test('an older year after a newer one is refused, and nothing is changed', async (t) => {
  const { shelf, first, second } = await twoYears(t)
  await shelf.load(icd10cm, [second])
  const before = structuredClone(shelf.concepts.held)
  await t.rejects(shelf.load(icd10cm, [first]), /FY2027 is held, which is later than FY2026/)
  t.strictSame(shelf.concepts.held, before)
})

t.test('each bad line is named, and nothing is put in', async (t) => {
  const bad = `${orderLine(1, 'A00', false, 'Cholera')}00002 A000  1 too short\n${orderLine(3, 'A00', true, 'Twice')}no line\n`
  const [path] = filesOf(t, { 'icd10cm_order_2026.txt': bad })
  const shelf = new Shelf()
  await t.rejects(shelf.load(icd10cm, [path!]), {
    message:
      'icd10cm_order_2026.txt, line 2: no code in its columns\nicd10cm_order_2026.txt, line 3: A00 for the second time\nicd10cm_order_2026.txt, line 4: no code in its columns',
  })
  t.strictSame([shelf.concepts.held, shelf.packages.held, shelf.concepts.drafts], [[], [], 0])
})

t.test('files that do not go together are refused in words', async (t) => {
  const { shelf, first, xml } = await twoYears(t)
  await t.rejects(shelf.load(icd10cm, [xml]), /no list of codes among the files/)
  await t.rejects(shelf.load(icd10cm, [first, first]), /two lists of codes from 2025-10-01 on/)
  await t.rejects(shelf.load(icd10cm, [first, first], { version: 'X' }), /for one year/)
  const [empty] = filesOf(t, { 'icd10cm_order_2026.txt': '\n' })
  await t.rejects(new Shelf().load(icd10cm, [empty!]), /no codes of/)
})

t.test('the edition is described by a CodeSystem, and lists of it are value sets', async (t) => {
  const { shelf } = await twoYears(t)
  t.match(
    shelf.packages.held.map(({ info }) => info),
    [{ name: 'chartroom.codes.icd-10-cm', version: 'FY2026' }],
  )
  t.match(shelf.packages.definition(ICD10CM), {
    resourceType: 'CodeSystem',
    content: 'not-present',
    caseSensitive: false,
    count: 13,
    property: [{ code: 'billable', type: 'boolean' }],
  })
  t.match(shelf.packages.definition('https://chartroom.invalid/fhir/ValueSet/icd-10-cm-billable'), {
    compose: { include: [{ system: ICD10CM, filter: [{ property: 'billable', op: '=', value: 'true' }] }] },
  })
})
