import t from 'tap'
import { loinc } from '../../../../resources/terminology/loaders/licensed/loinc.ts'
import { rxnorm } from '../../../../resources/terminology/loaders/licensed/rxnorm.ts'
import { snomed } from '../../../../resources/terminology/loaders/licensed/snomed.ts'
import { LOINC, RXNORM, SNOMED } from '../../../../resources/terminology/loaders/systems.ts'
import { filesOf, Shelf } from '../../../support/codes/files.ts'

/** Made-up rows in the forms of the releases: no content of any of them. */
const tabs = (...rows: string[][]) => rows.map((row) => `${row.join('\t')}\r\n`).join('')

const MODULE = '900000000000207008'
const FSN = '900000000000003001'
const SYNONYM = '900000000000013009'
const INFERRED = '900000000000011006'
const SOME = '900000000000451002'

const concept = (id: string, active = '1', status = '900000000000074008') => [id, '20240101', active, MODULE, status]
const description = (id: string, of: string, type: string, term: string, active = '1') => [
  id,
  '20240101',
  active,
  MODULE,
  of,
  'en',
  type,
  term,
  '900000000000448009',
]
const link = (of: string, type: string, to: string, how = INFERRED, active = '1') => [
  '1000000028',
  '20240101',
  active,
  MODULE,
  of,
  to,
  '0',
  type,
  how,
  SOME,
]
const preference = (of: string, refset: string, how = '900000000000548007', active = '1') => [
  'uuid',
  '20240101',
  active,
  MODULE,
  refset,
  of,
  how,
]

const US = '900000000000509007'
const GB = '900000000000508004'

const RF2 = {
  'sct2_Concept_Snapshot_INT_20240101.txt': tabs(
    ['id', 'effectiveTime', 'active', 'moduleId', 'definitionStatusId'],
    concept('9000001'),
    concept('9000002', '1', '900000000000073002'),
    concept('9000003', '0'),
  ),
  'sct2_Description_Snapshot-en_INT_20240101.txt.gz': tabs(
    ['id', 'effectiveTime', 'active', 'moduleId', 'conceptId', 'languageCode', 'typeId', 'term', 'caseSignificanceId'],
    description('9000011', '9000001', FSN, 'Whirl (disorder)'),
    description('9000012', '9000001', SYNONYM, 'Whirl "quoted'),
    description('9000021', '9000002', FSN, 'Whirl of hue (disorder)'),
    description('9000022', '9000002', SYNONYM, 'Whirl of colour'),
    description('9000023', '9000002', SYNONYM, 'Whirl of color'),
    description('9000024', '9000002', SYNONYM, 'Old whirl', '0'),
    description('9000031', '9000003', FSN, 'Former whirl (disorder)', '0'),
  ),
  'sct2_TextDefinition_Snapshot-en_INT_20240101.txt': tabs(
    ['id', 'effectiveTime', 'active', 'moduleId', 'conceptId', 'languageCode', 'typeId', 'term', 'caseSignificanceId'],
    description('9000025', '9000002', '900000000000550004', 'A whirl that has a hue.'),
  ),
  'sct2_Relationship_Snapshot_INT_20240101.txt': tabs(
    [
      'id',
      'effectiveTime',
      'active',
      'moduleId',
      'sourceId',
      'destinationId',
      'relationshipGroup',
      'typeId',
      'characteristicTypeId',
      'modifierId',
    ],
    link('9000002', '116680003', '9000001'),
    link('9000002', '363698007', '9000004'),
    link('9000002', '363698007', '9000004'),
    link('9000002', '116680003', '9000005', '900000000000010007'),
    link('9000002', '116680003', '9000006', INFERRED, '0'),
  ),
  'der2_cRefset_LanguageSnapshot-en_INT_20240101.txt': tabs(
    ['id', 'effectiveTime', 'active', 'moduleId', 'refsetId', 'referencedComponentId', 'acceptabilityId'],
    preference('9000021', US),
    preference('9000022', GB),
    preference('9000023', US),
    preference('9000012', GB),
    preference('9000022', US, '900000000000549004'),
  ),
}

t.test('SNOMED CT of an RF2 snapshot', async (t) => {
  const shelf = new Shelf()
  const [published] = await shelf.load(snomed, filesOf(t, RF2))
  t.match(published, { concepts: 3, edition: { version: `${SNOMED}/${MODULE}/version/20240101` } })
  t.match(shelf.concepts.records(SNOMED, '9000002'), [
    {
      display: 'Whirl of color',
      definition: 'A whirl that has a hue.',
      parents: ['9000001'],
      properties: [
        { code: 'sufficientlyDefined', value: true },
        { code: 'moduleId', value: MODULE },
        { code: 'effectiveTime', value: '20240101' },
        { code: '363698007', value: '9000004' },
      ],
    },
  ])
  const [hue] = shelf.concepts.records(SNOMED, '9000002')
  t.equal(hue?.properties?.length, 4, 'an attribute of two groups is told once')
  t.strictSame(hue?.parents, ['9000001'], 'neither what is stated nor what is inactive')
  t.match(
    hue?.designations?.map(({ value, use }) => [value, use?.code]),
    [
      ['Whirl of hue (disorder)', FSN],
      ['Whirl of colour', SYNONYM],
      ['Whirl of color', SYNONYM],
    ],
  )
  t.match(shelf.concepts.records(SNOMED, '9000001'), [{ display: 'Whirl "quoted', inactive: undefined }])
  t.match(shelf.concepts.records(SNOMED, '9000003'), [{ display: 'Former whirl (disorder)', inactive: true }])
})

t.test('a snapshot that is not whole, or not good, is refused in words', async (t) => {
  const { 'sct2_Relationship_Snapshot_INT_20240101.txt': _, ...without } = RF2
  await t.rejects(new Shelf().load(snomed, filesOf(t, without)), /There are not all of them|there are not all of them/)
  const bad = {
    ...RF2,
    'sct2_Relationship_Snapshot_INT_20240101.txt': `${RF2['sct2_Relationship_Snapshot_INT_20240101.txt']}1\t2\r\n`,
    'sct2_TextDefinition_Snapshot-en_INT_20240101.txt': `${RF2['sct2_TextDefinition_Snapshot-en_INT_20240101.txt']}${tabs(description('9000099', '9000098', FSN, 'Of none'))}`,
  }
  const shelf = new Shelf()
  await t.rejects(
    shelf.load(snomed, filesOf(t, bad)),
    /Relationship_Snapshot_INT_20240101\.txt, line 7: another number of cells[\s\S]*9000098: is told of, and no concept/,
  )
  t.strictSame([shelf.concepts.held, shelf.concepts.drafts], [[], 0])
  const renamed = Object.fromEntries(Object.entries(RF2).map(([name, text]) => [name.replace('INT', 'XX9'), text]))
  await t.rejects(new Shelf().load(snomed, filesOf(t, renamed)), /--version says which edition it is/)
  const [published] = await new Shelf().load(snomed, filesOf(t, renamed), { version: `${SNOMED}/1` })
  t.equal(published?.edition.version, `${SNOMED}/1`)
})

const COLUMNS =
  'LOINC_NUM,COMPONENT,PROPERTY,SYSTEM,STATUS,CLASSTYPE,DefinitionDescription,RELATEDNAMES2,SHORTNAME,LONG_COMMON_NAME,VersionLastChanged,EXAMPLE_UCUM_UNITS'

t.test('LOINC of its table and the hierarchy', async (t) => {
  const paths = filesOf(t, {
    'Loinc.csv': `${COLUMNS}
"9999-1","Whirl","MCnc","Ser","ACTIVE","1","What whirls","Spin; Turn","Whirl Ser-mCnc","Whirl [Mass/volume] in Serum","2.77","mg/dL"
"9998-3","Whirl","MCnc","Ur","DEPRECATED","1","","","","Whirl in Urine","2.9",""
`,
    'ComponentHierarchyBySystem.csv': `PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT
"",1,"","LP1-0","Whirls"
"LP1-0",1,"LP1-0","LP2-8","Whirls | Serum"
"LP1-0.LP2-8",1,"LP2-8","9999-1","Whirl [Mass/volume] in Serum"
"LP1-0",2,"LP1-0","9999-1","Whirl [Mass/volume] in Serum"
`,
  })
  const shelf = new Shelf()
  const [published] = await shelf.load(loinc, paths)
  t.match(published, { concepts: 4, edition: { version: '2.77' } })
  t.match(shelf.concepts.records(LOINC, '9999-1'), [
    {
      display: 'Whirl [Mass/volume] in Serum',
      definition: 'What whirls',
      parents: ['LP2-8', 'LP1-0'],
      designations: [{ value: 'Whirl Ser-mCnc' }, { value: 'Spin; Turn' }],
    },
  ])
  t.equal(await shelf.property(LOINC, '9999-1', '2026-01-01', 'COMPONENT'), 'Whirl')
  t.equal(await shelf.property(LOINC, '9999-1', '2026-01-01', 'EXAMPLE_UCUM_UNITS'), 'mg/dL')
  t.match(shelf.concepts.records(LOINC, '9998-3'), [{ inactive: true, parents: undefined }])
  t.match(shelf.concepts.records(LOINC, 'LP2-8'), [{ abstract: true, parents: ['LP1-0'] }])
  const [bad] = filesOf(t, { 'Loinc.csv': `${COLUMNS}\nx,,,,,,,,,Whirl,2.77,\n` })
  await t.rejects(shelf.load(loinc, [bad!]), /Loinc\.csv, line 2: no LOINC number/)
})

const name = (code: string, source: string, kind: string, text: string, suppress = 'N') =>
  `${code}|ENG||||||1||${code}||${source}|${kind}|${code}|${text}||${suppress}|4096|\n`
const related = (to: string, relation: string, of: string, source = 'RXNORM') =>
  `${to}||CUI|RO|${of}||CUI|${relation}|1||${source}||||||\n`

t.test('RxNorm of its RRF files', async (t) => {
  const paths = filesOf(t, {
    'RXNCONSO.RRF':
      name('100', 'RXNORM', 'SY', 'whirlin 5 MG Tab') +
      name('100', 'RXNORM', 'SCD', 'whirlin 5 MG Oral Tablet') +
      name('100', 'MTHSPL', 'DP', 'WHIRL-X') +
      name('200', 'RXNORM', 'IN', 'whirlin') +
      name('300', 'RXNORM', 'IN', 'gone', 'O') +
      name('400', 'MTHSPL', 'DP', 'of others'),
    'RXNREL.RRF': related('200', 'has_ingredient', '100') + related('400', 'has_form', '100', 'MTHSPL'),
  })
  const shelf = new Shelf()
  await t.rejects(shelf.load(rxnorm, paths), /--version says which release/)
  const [published] = await shelf.load(rxnorm, paths, { version: '08042025' })
  t.match(published, { concepts: 3 })
  t.match(shelf.concepts.records(RXNORM, '100'), [
    {
      display: 'whirlin 5 MG Oral Tablet',
      designations: [{ value: 'whirlin 5 MG Tab' }],
      properties: [
        { code: 'TTY', value: 'SCD' },
        { code: 'has_ingredient', value: '200' },
      ],
    },
  ])
  t.match(shelf.concepts.records(RXNORM, '300'), [{ inactive: true }])
  const [bad] = filesOf(t, { 'RXNCONSO.RRF': 'a|b\n' })
  await t.rejects(shelf.load(rxnorm, [bad!], { version: '1' }), /RXNCONSO\.RRF, line 1: no name of a concept/)
})
