import { basename } from 'node:path'
import { conceptMap, type MapElement } from '../concept-maps.ts'
import { csvRows } from '../csv.ts'
import type { Loader } from '../loader.ts'
import { ICD10CM, ICDO3, NAACCR } from '../systems.ts'

/** The map of ICD-10-CM to ICD-O-3. */
export const icdo3: Loader = {
  kind: 'icd-o-3',
  files: 'the table icd10cm-to-icdo3.csv',
  takes: (name) => /^icd10cm-to-icdo3\.csv(\.gz)?$/i.test(name),
  async load([path], { version }, _held, reading) {
    if (path === undefined) throw new Error('There is no icd10cm-to-icdo3.csv among the files')
    const columns = ['code', 'primary_site', 'histology', 'behavior', 'grade', 'laterality', 'reportability'] as const
    const elements: MapElement[] = []
    for await (const { line, cells } of csvRows(path, columns, reading)) {
      const element = elementOf(cells)
      if (element) elements.push(element)
      else reading.faults.add(path, line, `${cells.code}: no site, or no histology with its behavior`)
    }
    const head = {
      id: 'icd-10-cm-to-icd-o-3',
      title: 'ICD-10-CM to ICD-O-3 (SEER, content of 2018)',
      version: version ?? '2018',
    }
    return {
      editions: [],
      definitions: [conceptMap(head, { source: ICD10CM, target: ICDO3 }, elements)],
      words: [
        `made of ${basename(path)}: ${elements.length} codes; those that are newer than 2018 have no place in it`,
      ],
    }
  },
}

function elementOf(cells: Readonly<Record<string, string>>): MapElement | undefined {
  const { code = '', primary_site: site = '', histology = '', behavior = '', reportability } = cells
  if (!/^C\d{3}$/.test(site) || !/^\d{4}$/.test(histology) || !/^\d$/.test(behavior)) return undefined
  const product = [
    { property: `${NAACCR}#morphology`, system: ICDO3, value: `${histology}/${behavior}` },
    ...(['grade', 'laterality'] as const).flatMap((name) =>
      cells[name] ? [{ property: `${NAACCR}#${name}`, system: `${NAACCR}/${name}`, value: cells[name] }] : [],
    ),
  ]
  const comment = reportability === 'Y' ? 'reportable' : reportability === 'O' ? 'reportable by choice' : undefined
  const target = {
    code: `${site.slice(0, 3)}.${site[3]}`,
    equivalence: 'inexact',
    ...(comment ? { comment } : {}),
    product,
  }
  return { code, target: [target] }
}
