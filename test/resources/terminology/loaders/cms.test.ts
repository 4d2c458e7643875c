import t from 'tap'
import { casefinding } from '../../../../resources/terminology/loaders/cancer/casefinding.ts'
import { icdo3 } from '../../../../resources/terminology/loaders/cancer/icdo3.ts'
import { naaccr } from '../../../../resources/terminology/loaders/cancer/naaccr.ts'
import { hcc } from '../../../../resources/terminology/loaders/cms/hcc.ts'
import { hcpcs } from '../../../../resources/terminology/loaders/cms/hcpcs.ts'
import { icd10pcs } from '../../../../resources/terminology/loaders/cms/icd10pcs.ts'
import { msdrg } from '../../../../resources/terminology/loaders/cms/msdrg.ts'
import { placeOfService } from '../../../../resources/terminology/loaders/cms/places.ts'
import {
  CMS_HCC,
  HCPCS,
  ICD10CM,
  ICD10PCS,
  ICDO3,
  MDC,
  MSDRG,
  NAACCR,
  PLACE_OF_SERVICE,
} from '../../../../resources/terminology/loaders/systems.ts'
import { filesOf, orderLine, Shelf } from '../../../support/codes/files.ts'

t.test('ICD-10-PCS of a table: days, edits by date, codes without title', async (t) => {
  const paths = filesOf(t, {
    'icd10pcs.csv.gz':
      'code,long,valid_from,valid_to\n0UT90ZZ,"Resection of Uterus, Open Approach",2015-10-01,\n0016070,Bypass,2015-10-01,2025-09-30\nXW0DXR9,,2026-10-01,\n',
    'mce-v44.csv':
      'edit,code_type,code,valid_from,valid_to\nsex-female,px,0UT90ZZ,2015-10-01,2024-09-30\nsex-female,dx,N95.0,2015-10-01,\nnoncovered-procedure,px,0016070,2015-10-01,\n',
  })
  const shelf = new Shelf()
  const [published] = await shelf.load(icd10pcs, paths)
  t.strictSame(published?.edition.periods, [
    { version: 'FY2025', from: '2024-10-01', to: '2025-09-30' },
    { version: 'FY2026', from: '2025-10-01', to: '2026-09-30' },
    { version: 'FY2027', from: '2026-10-01' },
  ])
  const on = (code: string, day: string, name: string) => shelf.property(ICD10PCS, code, day, name)
  t.strictSame(
    [await on('0UT90ZZ', '2024-09-30', 'sex'), await on('0UT90ZZ', '2024-10-01', 'sex')],
    ['female', undefined],
  )
  t.equal(await on('0016070', '2025-09-30', 'mce-edit'), 'noncovered-procedure')
  t.equal(await on('0016070', '2025-10-01', 'billable'), undefined)
  t.match(shelf.concepts.records(ICD10PCS, 'XW0DXR9'), [{ display: 'XW0DXR9', from: '2026-10-01' }])
  t.equal(await on('XW0DXR9', '2026-10-01', 'untitled'), true)
  t.ok(shelf.words.includes('1 codes have no title in the table'))
  t.match(shelf.packages.definition('https://chartroom.invalid/fhir/ValueSet/mce-px-noncovered-procedure'), {
    compose: { include: [{ system: ICD10PCS, filter: [{ property: 'mce-edit', value: 'noncovered-procedure' }] }] },
  })
})

t.test('ICD-10-PCS of the official order file has the tables as headers', async (t) => {
  const [path] = filesOf(t, {
    'icd10pcs_order_2027.txt':
      orderLine(1, '001', false, 'Central Nervous System and Cranial Nerves, Bypass') +
      orderLine(
        2,
        '0016070',
        true,
        'Bypass Cereb Vent to Nasophar with Autol Sub, Open',
        'Bypass Cerebral Ventricle to Nasopharynx, Open Approach',
      ),
  })
  const shelf = new Shelf()
  await shelf.load(icd10pcs, [path!])
  t.match(shelf.concepts.records(ICD10PCS, '001'), [{ abstract: true, from: '2026-10-01' }])
  const [next] = filesOf(t, {
    'icd10pcs_order_2028.txt':
      orderLine(1, '001', false, 'Central Nervous System and Cranial Nerves, Bypass') +
      orderLine(2, '0016071', true, 'Bypass to Mastoid Sinus'),
  })
  const later = new Shelf()
  await later.load(icd10pcs, [path!])
  const [published] = await later.load(icd10pcs, [next!])
  t.strictSame(published?.edition.periods, [
    { version: 'FY2027', from: '2026-10-01', to: '2027-09-30' },
    { version: 'FY2028', from: '2027-10-01' },
  ])
  t.match(later.concepts.records(ICD10PCS, '0016070'), [{ from: '2026-10-01', to: '2027-09-30' }])
  t.match(later.concepts.records(ICD10PCS, '0016071'), [{ from: '2027-10-01', parents: ['001'] }])
  t.equal(later.concepts.records(ICD10PCS, '001').length, 1)
  await t.rejects(later.load(icd10pcs, [path!]), /FY2028 is held, which is later/)
  t.match(shelf.concepts.records(ICD10PCS, '0016070'), [
    { parents: ['001'], designations: [{ value: 'Bypass Cereb Vent to Nasophar with Autol Sub, Open' }] },
  ])
})

t.test('HCPCS: added and terminated, no description, modifiers', async (t) => {
  const head = 'code,description,added,terminated,action_date,action,coverage,betos,in_2024q3,in_2026q3\n'
  const [codes, modifiers, bad] = filesOf(t, {
    'hcpcs2.csv': `${head}A0021,"Ambulance, outside state",1985-01-01,2024-12-31,1996-09-10,N,I,O1A,1,1\nQ9999,,,,,,,,0,1\n`,
    'hcpcs2-modifiers.csv': 'code,description\nA1,Dressing for one wound\n',
    'hcpcs2.csv.gz': `${head}99213,Office visit,,,,,,,1,1\nA0022,X,1985-02-30,,,,,,1,1\n`,
  })
  const shelf = new Shelf()
  const [published] = await shelf.load(hcpcs, [codes!, modifiers!])
  t.equal(published?.edition.version, '2026q3')
  t.match(shelf.concepts.records(HCPCS, 'A0021'), [
    { from: '1985-01-01', to: '2024-12-31', display: 'Ambulance, outside state' },
  ])
  t.match(shelf.concepts.records(HCPCS, 'Q9999'), [{ from: '2024-07-02', to: undefined, display: 'Q9999' }])
  t.equal(await shelf.property(HCPCS, 'A1', '2020-01-01', 'kind'), 'modifier')
  t.ok(shelf.words.includes('1 codes have no description in the table'))
  await t.rejects(new Shelf().load(hcpcs, [bad!]), /line 2: no code of HCPCS Level II[\s\S]*line 3/)
})

t.test('MS-DRG: a title and weight of each version, and MDCs', async (t) => {
  const paths = filesOf(t, {
    'msdrg.csv':
      'drg,mdc,type,title,title_v43_1_if_different,in_v43_1,in_v44,weight_fy2026,gmlos_fy2026,amlos_fy2026,post_acute_fy2026,special_pay_fy2026\n' +
      '001,PRE,surgical,Heart Transplant with MCC,Heart Transplant or Assist with MCC,1,1,28.0239,25.8,36.2,N,N\n' +
      '014,PRE,surgical,Gone,,1,0,1.5,1,2,Y,N\n015,PRE,surgical,New,,0,1,,,,,\n',
    'mdc.csv': 'mdc,title\nPRE,Pre-MDC\n',
  })
  const shelf = new Shelf()
  await shelf.load(msdrg, paths)
  t.match(shelf.concepts.records(MSDRG, '001'), [
    { display: 'Heart Transplant or Assist with MCC', from: '2025-10-01', to: '2026-09-30' },
    { display: 'Heart Transplant with MCC', from: '2026-10-01' },
  ])
  t.equal(await shelf.property(MSDRG, '001', '2026-09-30', 'weight'), 28.0239)
  t.equal(await shelf.property(MSDRG, '001', '2026-10-01', 'weight'), undefined)
  t.equal(await shelf.property(MSDRG, '014', '2026-01-01', 'post-acute'), true)
  t.strictSame(
    shelf.concepts.on(MSDRG, '2026-10-01').map(({ code }) => code),
    ['001', '015'],
  )
  t.match(shelf.concepts.records(MDC, 'PRE'), [{ display: 'Pre-MDC' }])
  t.ok(shelf.words.includes('2 DRGs of version 44 have no weight in the table'))
})

t.test('places of service that are not assigned are inactive', async (t) => {
  const [path] = filesOf(t, {
    'place-of-service.csv':
      'code,type,name,description\n11,Non-Facility,Office,A place\n28,Unassigned,Unassigned,Unassigned\n',
  })
  const shelf = new Shelf()
  await shelf.load(placeOfService, [path!])
  t.match(shelf.concepts.records(PLACE_OF_SERVICE, '11'), [{ definition: 'A place', inactive: undefined }])
  t.match(shelf.concepts.records(PLACE_OF_SERVICE, '28'), [{ inactive: true }])
})

t.test('HCC: two models, three maps, several categories of one code', async (t) => {
  const paths = filesOf(t, {
    'hcc-dx.csv': 'code,v24_2026file,v28_2026file,v28_2027file\nE08.311,18,37 298,37 298\nI42.0,85,227,\n',
    'hcc-labels.csv':
      'model,hcc,label,chronic\nV24,18,Diabetes with Chronic Complications,Y\nV24,19,Diabetes,Y\nV28,37,Diabetes,Y\n',
    'hcc-hierarchies.csv': 'model,hcc,drops_hcc\nV24,18,19\n',
  })
  const shelf = new Shelf()
  await shelf.load(hcc, paths)
  t.strictSame(
    shelf.concepts.held.map(({ edition }) => edition.version),
    ['24', '28'],
  )
  t.match(await (await shelf.concepts.open(CMS_HCC, '24'))?.find('18', '2026-01-01'), {
    properties: [
      { code: 'chronic', value: true },
      { code: 'drops', value: '19' },
    ],
  })
  const map = (id: string) =>
    shelf.packages.definition(`https://chartroom.invalid/fhir/ConceptMap/icd-10-cm-to-hcc-${id}`)
  t.match(map('v28-py2026'), {
    group: [
      {
        source: ICD10CM,
        target: CMS_HCC,
        targetVersion: '28',
        element: [
          { code: 'E08.311', target: [{ code: '37', display: 'Diabetes', equivalence: 'wider' }, { code: '298' }] },
          { code: 'I42.0', target: [{ code: '227' }] },
        ],
      },
    ],
  })
  t.equal((map('v28-py2027') as { group: { element: unknown[] }[] }).group[0]!.element.length, 1)
})

t.test('ICD-O-3: site, and morphology as a product', async (t) => {
  const head = 'code,primary_site,histology,behavior,grade,laterality,reportability\n'
  const [path, bad] = filesOf(t, {
    'icd10cm-to-icdo3.csv': `${head}C50.911,C509,8000,3,9,1,Y\n`,
    'icd10cm-to-icdo3.csv.gz': `${head}C50.911,C50,8000,3,9,1,Y\n`,
  })
  const shelf = new Shelf()
  await shelf.load(icdo3, [path!])
  t.match(shelf.packages.definition('https://chartroom.invalid/fhir/ConceptMap/icd-10-cm-to-icd-o-3'), {
    group: [
      {
        target: ICDO3,
        element: [
          {
            code: 'C50.911',
            target: [
              { code: 'C50.9', comment: 'reportable', product: [{ value: '8000/3' }, { value: '9' }, { value: '1' }] },
            ],
          },
        ],
      },
    ],
  })
  await t.rejects(shelf.load(icdo3, [bad!]), /line 2: C50\.911: no site/)
})

t.test('the case-finding list is a value set, the dictionary a code system', async (t) => {
  const [list, items] = filesOf(t, {
    'casefinding-icd10cm.csv':
      'code,in_ccrr_valueset,imsweb_reportability,basis,billable_fy2027,long\nC00,1,Y,listed,0,Malignant neoplasm of lip\n',
    'naaccr-items.csv':
      'item,xml_id,name,length,parent,record_types,data_type,in_v25,in_v26\n220,sex,Sex,1,Patient,"A,M",digits,1,0\n20,patientIdNumber,Patient ID Number,8,Patient,"A,M,C,I",digits,1,1\n',
  })
  const shelf = new Shelf()
  await shelf.load(casefinding, [list!])
  t.match(shelf.packages.definition('https://chartroom.invalid/fhir/ValueSet/cancer-casefinding'), {
    compose: { include: [{ system: ICD10CM, concept: [{ code: 'C00', display: 'Malignant neoplasm of lip' }] }] },
  })
  const [published] = await shelf.load(naaccr, [items!])
  t.equal(published?.edition.version, '26')
  t.match(shelf.concepts.records(NAACCR, '220'), [{ inactive: true }])
  t.strictSame(await shelf.property(NAACCR, '20', '2026-01-01', 'record-type'), ['A', 'M', 'C', 'I'])
})

t.test('a newer version takes the place of the older one’s definitions', async (t) => {
  const shelf = new Shelf()
  const table = 'code,type,name,description\n11,Non-Facility,Office,A place\n'
  const [path] = filesOf(t, { 'place-of-service.csv': table })
  await shelf.load(placeOfService, [path!], { version: '2024' })
  await shelf.load(placeOfService, [path!], { version: '2025' })
  t.strictSame(
    shelf.packages.held.map(({ info }) => info.version),
    ['2025'],
  )
})
