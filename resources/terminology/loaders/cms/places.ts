import type { Concept } from '../../concept.ts'
import { csvRows } from '../csv.ts'
import type { Loader } from '../loader.ts'
import type { Reading } from '../source.ts'
import { PLACE_OF_SERVICE } from '../systems.ts'

/** Places of service of professional claims. Unassigned numbers are there, and inactive. */
export const placeOfService: Loader = {
  kind: 'place-of-service',
  files: 'the table place-of-service.csv',
  takes: (name) => /^place-of-service\.csv(\.gz)?$/i.test(name),
  async load([path], { version }, _held, reading) {
    if (path === undefined) throw new Error('There is no place-of-service.csv among the files')
    const edition = {
      system: PLACE_OF_SERVICE,
      version: version ?? '2024',
      name: 'CMSPlaceOfService',
      title: 'CMS Place of Service Codes',
      content: 'complete',
      caseSensitive: true,
      properties: [{ code: 'type', type: 'code', description: 'Facility or Non-Facility' }],
      copyright: 'By CMS of the US government.',
    } as const
    return { editions: [{ edition, concepts: concepts(path, reading) }], definitions: [], words: [] }
  },
}

async function* concepts(path: string, reading: Reading): AsyncGenerator<Concept> {
  for await (const { line, cells } of csvRows(path, ['code', 'type', 'name', 'description'], reading)) {
    const { code, type, name, description } = cells
    if (!/^\d{2}$/.test(code) || name === '') {
      reading.faults.add(path, line, 'no code of two digits, or no name')
      continue
    }
    yield {
      code,
      display: name,
      ...(description === '' ? {} : { definition: description }),
      ...(type === '' ? {} : { properties: [{ code: 'type', type: 'code', value: type }] }),
      ...(/^unassigned/i.test(name) ? { inactive: true } : {}),
    }
  }
}
