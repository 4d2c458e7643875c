import { basename } from 'node:path'
import type { Edition } from '../../concept-source.ts'
import type { Asked, Loader } from '../loader.ts'
import type { Reading } from '../source.ts'
import { SNOMED } from '../systems.ts'
import { Buckets } from './buckets.ts'
import { FSN, type PreferredIn, snomedConcept } from './snomed-concept.ts'
import { tabbedRows } from './tabbed.ts'

const CONCEPTS = /^x?sct2_Concept_Snapshot_.*\.txt(\.gz)?$/i
const DESCRIPTIONS = /^x?sct2_(Description|TextDefinition)_Snapshot-?.*\.txt(\.gz)?$/i
const RELATIONSHIPS = /^x?sct2_Relationship_Snapshot_.*\.txt(\.gz)?$/i
const LANGUAGES = /^x?der2_cRefset_LanguageSnapshot-?.*\.txt(\.gz)?$/i

const ID = /^[1-9]\d{5,17}$/

/** Refsets of what is preferred, and acceptability. */
const DIALECTS: Readonly<Record<string, PreferredIn>> = { '900000000000509007': 'us', '900000000000508004': 'gb' }
const PREFERRED = '900000000000548007'

/** Relationships as they were inferred; stated ones are in a file of their own. */
const INFERRED = '900000000000011006'

/** Modules of editions, by what their files have in their names. */
const MODULES: Readonly<Record<string, string>> = { INT: '900000000000207008', US1000124: '731000124108' }

/** SNOMED CT of an RF2 snapshot. */
export const snomed: Loader = {
  kind: 'snomed',
  files:
    'the RF2 snapshot: sct2_Concept_, sct2_Description_, sct2_Relationship_Snapshot…, der2_cRefset_LanguageSnapshot…',
  takes: (name) => [CONCEPTS, DESCRIPTIONS, RELATIONSHIPS, LANGUAGES].some((form) => form.test(name)),
  async load(paths, asked, _held, reading) {
    const named = (form: RegExp) => paths.filter((path) => form.test(basename(path)))
    const [concepts] = named(CONCEPTS)
    if (concepts === undefined || named(DESCRIPTIONS).length === 0 || named(RELATIONSHIPS).length === 0) {
      throw new Error(
        'A snapshot has concepts, descriptions and relationships; there are not all of them among the files',
      )
    }
    const edition = editionOf(versionOf(concepts, asked))
    return {
      editions: [{ edition, concepts: read(named, reading) }],
      definitions: [],
      words: [`made of ${paths.map((path) => basename(path)).join(', ')}`],
    }
  },
}

function versionOf(path: string, { version }: Asked): string {
  if (version !== undefined) return version
  const match = /_Snapshot_([A-Z0-9]+)_(\d{8})\.txt/i.exec(basename(path))
  const module = match && MODULES[match[1]!]
  if (match && module) return `${SNOMED}/${module}/version/${match[2]}`
  throw new Error(`--version says which edition it is (${SNOMED}/MODULE/version/DATE): ${basename(path)} does not`)
}

/** All files sorted by concept, then a concept from all that is told of it. */
async function* read(named: (form: RegExp) => string[], reading: Reading) {
  const buckets = new Buckets()
  try {
    const preferred = await preferredTerms(named(LANGUAGES), reading)
    for (const path of named(CONCEPTS)) await sortConcepts(path, buckets, reading)
    for (const path of named(DESCRIPTIONS)) await sortDescriptions(path, preferred, buckets, reading)
    for (const path of named(RELATIONSHIPS)) await sortRelationships(path, buckets, reading)
    for (const { key, lines } of buckets.groups()) {
      const concept = snomedConcept(key, lines)
      if (typeof concept === 'string') reading.faults.add(named(CONCEPTS)[0]!, 0, `${key}: ${concept}`)
      else yield concept
    }
  } finally {
    buckets.close()
  }
}

async function sortConcepts(path: string, buckets: Buckets, reading: Reading): Promise<void> {
  const columns = ['id', 'effectiveTime', 'active', 'moduleId', 'definitionStatusId'] as const
  for await (const { line, cells } of tabbedRows(path, columns, reading)) {
    if (!ID.test(cells.id)) reading.faults.add(path, line, 'no id of SNOMED CT')
    else buckets.add(cells.id, 'concept', cells.active, cells.moduleId, cells.definitionStatusId, cells.effectiveTime)
  }
}

async function sortDescriptions(
  path: string,
  preferred: ReadonlyMap<PreferredIn, ReadonlySet<bigint>>,
  buckets: Buckets,
  reading: Reading,
): Promise<void> {
  const columns = ['id', 'active', 'conceptId', 'languageCode', 'typeId', 'term'] as const
  for await (const { line, cells } of tabbedRows(path, columns, reading)) {
    const { id, active, conceptId, languageCode, typeId, term } = cells
    if (!ID.test(id) || !ID.test(conceptId) || term === '')
      reading.faults.add(path, line, 'no description of a concept')
    else if (active === '1') {
      const isIn = [...preferred].filter(([, ids]) => typeId !== FSN && ids.has(BigInt(id))).map(([dialect]) => dialect)
      buckets.add(conceptId, 'term', typeId, languageCode, isIn.join(' '), term)
    } else if (typeId === FSN) buckets.add(conceptId, 'former', term)
  }
}

async function sortRelationships(path: string, buckets: Buckets, reading: Reading): Promise<void> {
  const columns = ['active', 'sourceId', 'destinationId', 'typeId', 'characteristicTypeId'] as const
  for await (const { line, cells } of tabbedRows(path, columns, reading)) {
    const { active, sourceId, destinationId, typeId, characteristicTypeId } = cells
    if (![sourceId, destinationId, typeId].every((id) => ID.test(id)))
      reading.faults.add(path, line, 'no relationship of concepts')
    else if (active === '1' && characteristicTypeId === INFERRED) buckets.add(sourceId, 'link', typeId, destinationId)
  }
}

/** Descriptions that are preferred, by dialect: some 20 MB for all of SNOMED CT. */
async function preferredTerms(paths: readonly string[], reading: Reading): Promise<Map<PreferredIn, Set<bigint>>> {
  const found = new Map<PreferredIn, Set<bigint>>()
  const columns = ['active', 'refsetId', 'referencedComponentId', 'acceptabilityId'] as const
  for (const path of paths) {
    for await (const { line, cells } of tabbedRows(path, columns, reading)) {
      const dialect = DIALECTS[cells.refsetId]
      if (!ID.test(cells.referencedComponentId)) reading.faults.add(path, line, 'no id of SNOMED CT')
      else if (dialect && cells.active === '1' && cells.acceptabilityId === PREFERRED) {
        const ids = found.get(dialect) ?? new Set()
        found.set(dialect, ids.add(BigInt(cells.referencedComponentId)))
      }
    }
  }
  return found
}

function editionOf(version: string): Edition {
  return {
    system: SNOMED,
    version,
    name: 'SNOMEDCT',
    title: 'SNOMED Clinical Terms',
    content: 'complete',
    caseSensitive: true,
    properties: [
      { code: 'sufficientlyDefined', type: 'boolean', description: 'Whether its definition tells it from all others' },
      { code: 'moduleId', type: 'code', description: 'Module that it is kept in' },
      { code: 'effectiveTime', type: 'string', description: 'Day of its last change (YYYYMMDD)' },
    ],
    copyright: 'SNOMED CT is of SNOMED International; its use takes a licence.',
  }
}
