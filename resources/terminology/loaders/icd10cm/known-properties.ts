import type { ConceptProperty } from '../../concept.ts'
import type { Edition } from '../../concept-source.ts'
import { NOTES } from './notes.ts'
import type { Tables } from './tables.ts'

type Described = NonNullable<Edition['properties']>[number]

/** What the code list itself says of a code. */
const OF_LIST: readonly Described[] = [
  { code: 'billable', type: 'boolean', description: 'Whether it is valid on a claim; a header is not' },
  { code: 'untitled', type: 'boolean', description: 'What was loaded has no title of it' },
  { code: 'kind', type: 'code', description: 'chapter or block' },
  { code: 'chapter', type: 'code', description: 'Chapter that it is in' },
  { code: 'block', type: 'code', description: 'Block of categories that it is in' },
]

/** By table, what it says of a code. */
const OF_TABLES: Readonly<
  Record<Exclude<keyof Tables, 'billable' | 'earlierTitles' | 'ageGroups'>, readonly Described[]>
> = {
  complications: [
    {
      code: 'cc-level',
      type: 'code',
      description: 'CC or MCC: complication or comorbidity of MS-DRG, in the years whose table was loaded',
    },
    {
      code: 'pdx-exclusion-group',
      type: 'code',
      description: 'Group of principal diagnoses with which a CC or MCC does not count',
    },
    { code: 'hac', type: 'code', description: 'Hospital-acquired condition that it may be, by number' },
  ],
  hcc: [
    { code: 'hcc-v24', type: 'code', description: 'CMS-HCC V24, payment year 2026' },
    { code: 'hcc-v28', type: 'code', description: 'CMS-HCC V28, payment year 2026' },
    { code: 'hcc-v28-py2027', type: 'code', description: 'CMS-HCC V28, payment year 2027' },
  ],
  mdc: [
    {
      code: 'mdc',
      type: 'code',
      description: 'Major diagnostic category as principal diagnosis, by the newest grouper loaded',
    },
  ],
  poa: [
    {
      code: 'poa-exempt',
      type: 'boolean',
      description: 'Whether it needs no present-on-admission indicator; absent where it is not known',
    },
  ],
  edits: [
    { code: 'mce-edit', type: 'code', description: 'List of the Medicare Code Editor that it is on' },
    { code: 'age-group', type: 'code', description: 'Age edit of the Medicare Code Editor' },
    { code: 'age-min', type: 'integer', description: 'Least age in years (Medicare Code Editor)' },
    { code: 'age-max', type: 'integer', description: 'Greatest age in years (Medicare Code Editor)' },
    {
      code: 'sex',
      type: 'code',
      description: 'Sex that it is for (Medicare Code Editor; CMS switched it off on 2024-10-01)',
    },
  ],
}

const OF_TABULAR: readonly Described[] = [
  ...NOTES.map((code) => ({ code, type: 'string', description: `Note of the tabular list: ${code}` })),
  { code: 'notesVersion', type: 'string', description: 'Year of the tabular list that its notes are from' },
]

const EFFECTIVE: readonly Described[] = [
  { code: 'effectiveDate', type: 'dateTime', description: 'First day on which it is billable, or a header, as it is' },
  { code: 'endDate', type: 'dateTime', description: 'Last such day' },
]

/** Properties of the edition, in the order that records have them in. */
export const PROPERTIES: readonly Described[] = [
  ...OF_LIST,
  ...Object.values(OF_TABLES).flat(),
  ...OF_TABULAR,
  ...EFFECTIVE,
]

const RANK = new Map(PROPERTIES.map(({ code }, at) => [code, at]))

/** Properties in the order of PROPERTIES; those of one name stay as they are. */
export function inRank(properties: readonly ConceptProperty[]): ConceptProperty[] {
  return properties.toSorted((one, other) => (RANK.get(one.code) ?? -1) - (RANK.get(other.code) ?? -1))
}

/** Names of properties of which these sources say all that there is to say. */
export function toldBy({ tables, tabular }: { tables: Tables; tabular?: object }): Set<string> {
  const told = [...OF_LIST, ...EFFECTIVE, ...(tabular ? OF_TABULAR : [])]
  for (const [table, properties] of Object.entries(OF_TABLES)) {
    if (tables[table as keyof Tables] !== undefined) told.push(...properties)
  }
  return new Set(told.map(({ code }) => code))
}
