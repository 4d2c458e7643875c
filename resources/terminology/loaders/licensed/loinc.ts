import { basename } from 'node:path'
import type { Concept, ConceptProperty, Designation } from '../../concept.ts'
import type { Edition } from '../../concept-source.ts'
import { csvRows } from '../csv.ts'
import type { Loader } from '../loader.ts'
import type { Reading } from '../source.ts'
import { DESIGNATION_USE, LOINC } from '../systems.ts'

const TABLE = /^Loinc\.csv(\.gz)?$/i
const HIERARCHY = /^(ComponentHierarchyBySystem|MultiAxialHierarchy)\.csv(\.gz)?$/i

/** Columns that become properties under their own names, as LOINC's use with FHIR has it. */
const PROPERTIES = {
  COMPONENT: 'Analyte or what is observed',
  PROPERTY: 'Kind of property',
  TIME_ASPCT: 'Moment or stretch of time',
  SYSTEM: 'Specimen, or what is observed',
  SCALE_TYP: 'Scale',
  METHOD_TYP: 'Method',
  CLASS: 'Class',
  CLASSTYPE: '1 laboratory, 2 clinical, 3 claims attachment, 4 survey',
  STATUS: 'ACTIVE, TRIAL, DISCOURAGED or DEPRECATED',
  ORDER_OBS: 'Order, Observation, Both or Subset',
  EXAMPLE_UCUM_UNITS: 'Units that it may have',
  VersionLastChanged: 'Version in which it was changed last',
} as const

/** Columns with further names. */
const NAMES = {
  SHORTNAME: 'short-title',
  DisplayName: 'display-name',
  CONSUMER_NAME: 'consumer-name',
  RELATEDNAMES2: 'related-names',
} as const

/** What is above a code, in the hierarchy of components by system. */
interface Hierarchy {
  parents: ReadonlyMap<string, readonly string[]>
  parts: ReadonlyMap<string, string>
}

/** LOINC of its table, with the hierarchy of components where that is among the files. */
export const loinc: Loader = {
  kind: 'loinc',
  files: 'Loinc.csv, and ComponentHierarchyBySystem.csv',
  takes: (name) => TABLE.test(name) || HIERARCHY.test(name),
  async load(paths, { version }, _held, reading) {
    const tables = paths.filter((path) => TABLE.test(basename(path)))
    const [table] = tables
    if (table === undefined || tables.length > 1) throw new Error('Name one Loinc.csv')
    const trees = paths.filter((path) => HIERARCHY.test(basename(path)))
    const hierarchy = trees[0] ? await hierarchyOf(trees[0], reading) : { parents: new Map(), parts: new Map() }
    const edition = editionOf(version ?? (await newestVersion(table, reading)))
    return {
      editions: [{ edition, concepts: concepts(table, hierarchy, reading) }],
      definitions: [],
      words: [
        `made of ${paths.map((path) => basename(path)).join(', ')}`,
        ...(trees.length === 0 ? ['no hierarchy: ComponentHierarchyBySystem.csv is not among the files'] : []),
      ],
    }
  },
}

async function* concepts(path: string, hierarchy: Hierarchy, reading: Reading): AsyncGenerator<Concept> {
  for (const [code, display] of hierarchy.parts) {
    const parents = hierarchy.parents.get(code)
    yield {
      code,
      display,
      ...(parents ? { parents } : {}),
      abstract: true,
      properties: [{ code: 'kind', type: 'code', value: 'part' }],
    }
  }
  const columns = ['LOINC_NUM', 'LONG_COMMON_NAME', 'DefinitionDescription', 'STATUS'] as const
  for await (const { line, cells } of csvRows(path, columns, reading)) {
    const { LOINC_NUM: code, LONG_COMMON_NAME: display, DefinitionDescription: definition, STATUS: status } = cells
    if (!/^\d{1,8}-\d$/.test(code) || display === '') {
      reading.faults.add(path, line, 'no LOINC number, or no name')
      continue
    }
    const all = cells as Readonly<Record<string, string>>
    const parents = hierarchy.parents.get(code)
    yield {
      code,
      display,
      ...(definition === '' ? {} : { definition }),
      designations: designationsOf(all),
      properties: propertiesOf(all),
      ...(parents ? { parents } : {}),
      ...(status === 'DEPRECATED' ? { inactive: true } : {}),
    }
  }
}

function designationsOf(cells: Readonly<Record<string, string>>): Designation[] {
  return Object.entries(NAMES).flatMap(([column, use]) => {
    const value = cells[column]
    return value ? [{ value, language: 'en', use: { system: DESIGNATION_USE, code: use } }] : []
  })
}

function propertiesOf(cells: Readonly<Record<string, string>>): ConceptProperty[] {
  return Object.keys(PROPERTIES).flatMap((code): ConceptProperty[] => {
    const value = cells[code]
    return value ? [{ code, type: 'string', value }] : []
  })
}

async function hierarchyOf(path: string, reading: Reading): Promise<Hierarchy> {
  const parents = new Map<string, string[]>()
  const parts = new Map<string, string>()
  for await (const { line, cells } of csvRows(path, ['IMMEDIATE_PARENT', 'CODE', 'CODE_TEXT'], reading)) {
    const { IMMEDIATE_PARENT: parent, CODE: code, CODE_TEXT: text } = cells
    if (code === '' || text === '') reading.faults.add(path, line, 'no code, or no text')
    if (code.startsWith('LP')) parts.set(code, text)
    if (parent === '') continue
    const known = parents.get(code) ?? []
    if (!known.includes(parent)) parents.set(code, [...known, parent])
  }
  return { parents, parts }
}

/** A release has terms that were changed in it: the newest version that a term was changed in is its own. */
async function newestVersion(path: string, reading: Reading): Promise<string> {
  const natural = new Intl.Collator('en', { numeric: true })
  let newest = ''
  for await (const { cells } of csvRows(path, ['VersionLastChanged'], { ...reading, read: () => undefined })) {
    if (natural.compare(cells.VersionLastChanged, newest) > 0) newest = cells.VersionLastChanged
  }
  if (newest === '') throw new Error('--version says which release of LOINC it is: the table does not')
  return newest
}

function editionOf(version: string): Edition {
  return {
    system: LOINC,
    version,
    name: 'LOINC',
    title: 'Logical Observation Identifiers, Names and Codes',
    content: 'complete',
    caseSensitive: false,
    properties: Object.entries({ ...PROPERTIES, kind: 'part, of parts of the hierarchy' }).map(
      ([code, description]) => ({ code, type: code === 'kind' ? 'code' : 'string', description }),
    ),
    copyright: 'LOINC is of Regenstrief Institute, Inc.; its use takes the LOINC licence (loinc.org/license).',
  }
}
