import { basename } from 'node:path'
import type { Concept, ConceptProperty } from '../../concept.ts'
import type { Edition } from '../../concept-source.ts'
import { csvRows } from '../csv.ts'
import type { Loader } from '../loader.ts'
import { NAACCR } from '../systems.ts'

/** Items of the NAACCR data dictionary, by their number. */
export const naaccr: Loader = {
  kind: 'naaccr',
  files: 'the table naaccr-items.csv',
  takes: (name) => /^naaccr-items\.csv(\.gz)?$/i.test(name),
  async load([path], { version }, _held, reading) {
    if (path === undefined) throw new Error('There is no naaccr-items.csv among the files')
    const concepts: Concept[] = []
    let newest = ''
    const columns = ['item', 'xml_id', 'name', 'length', 'parent', 'record_types', 'data_type'] as const
    for await (const { line, cells } of csvRows(path, columns, reading)) {
      newest =
        Object.keys(cells)
          .filter((name) => /^in_v\d+$/.test(name))
          .sort()
          .at(-1) ?? ''
      if (/^\d+$/.test(cells.item) && cells.name !== '') concepts.push(conceptOf(cells, newest))
      else reading.faults.add(path, line, 'no item, or no name')
    }
    return {
      editions: [{ edition: editionOf(version ?? newest.slice(4)), concepts }],
      definitions: [],
      words: [`made of ${basename(path)}`],
    }
  },
}

function conceptOf(cells: Readonly<Record<string, string>>, newest: string): Concept {
  const properties: ConceptProperty[] = []
  for (const [code, column] of [
    ['xml-id', 'xml_id'],
    ['parent-element', 'parent'],
    ['data-type', 'data_type'],
  ] as const) {
    if (cells[column]) properties.push({ code, type: 'string', value: cells[column] })
  }
  if (cells.length) properties.push({ code: 'length', type: 'integer', value: Number(cells.length) })
  for (const type of cells.record_types?.split(',') ?? [])
    properties.push({ code: 'record-type', type: 'code', value: type })
  const isInactive = newest !== '' && cells[newest] !== '1'
  return { code: cells.item!, display: cells.name!, properties, ...(isInactive ? { inactive: true } : {}) }
}

function editionOf(version: string): Edition {
  return {
    system: NAACCR,
    version,
    name: 'NAACCRItem',
    title: 'Items of the NAACCR data dictionary',
    content: 'complete',
    caseSensitive: true,
    properties: [
      { code: 'xml-id', type: 'string', description: 'Name in NAACCR XML' },
      { code: 'parent-element', type: 'string', description: 'Element of NAACCR XML that it is in' },
      { code: 'data-type', type: 'string', description: 'Data type' },
      { code: 'length', type: 'integer', description: 'Greatest length in characters' },
      { code: 'record-type', type: 'code', description: 'Record type that has it' },
    ],
    copyright: 'The dictionary is maintained by NAACCR; this is a plain copy of attributes of its items.',
  }
}
