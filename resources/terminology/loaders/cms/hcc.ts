import { basename } from 'node:path'
import type { Concept } from '../../concept.ts'
import type { Edition } from '../../concept-source.ts'
import { conceptMap } from '../concept-maps.ts'
import { csvRows } from '../csv.ts'
import { HCC_COLUMNS, type HccColumn, hccTable } from '../icd10cm/tables.ts'
import type { Definition, Loader, Made } from '../loader.ts'
import type { Reading } from '../source.ts'
import { CMS_HCC, ICD10CM } from '../systems.ts'

const DIAGNOSES = /^hcc-dx\.csv(\.gz)?$/i
const LABELS = /^hcc-labels\.csv(\.gz)?$/i
const HIERARCHIES = /^hcc-hierarchies\.csv(\.gz)?$/i

/** Hierarchical condition categories: their labels and hierarchies, and the maps of diagnoses to them. */
export const hcc: Loader = {
  kind: 'hcc',
  files: 'the tables hcc-dx.csv, hcc-labels.csv and hcc-hierarchies.csv',
  takes: (name) => [DIAGNOSES, LABELS, HIERARCHIES].some((form) => form.test(name)),
  async load(paths, _asked, _held, reading) {
    const named = (form: RegExp) => paths.find((path) => form.test(basename(path)))
    const [diagnoses, labels] = [named(DIAGNOSES), named(LABELS)]
    if (labels === undefined || diagnoses === undefined) throw new Error('hcc-labels.csv and hcc-dx.csv go together')
    const displays = await labelled(labels, named(HIERARCHIES), reading)
    const maps = await mapsOf(diagnoses, displays, reading)
    return {
      editions: [...displays].map(
        ([model, concepts]): Made => ({ edition: editionOf(model), concepts: concepts.values() }),
      ),
      definitions: maps,
      words: [`made of ${paths.map((path) => basename(path)).join(', ')}`, ...maps.map(({ title }) => `map: ${title}`)],
    }
  },
}

/** Categories by model (`V24`), by their number. */
type Categories = Map<string, Map<string, Concept>>

async function labelled(labels: string, hierarchies: string | undefined, reading: Reading): Promise<Categories> {
  const drops = hierarchies === undefined ? new Map<string, string[]>() : await dropped(hierarchies, reading)
  const models: Categories = new Map()
  for await (const { line, cells } of csvRows(labels, ['model', 'hcc', 'label', 'chronic'], reading)) {
    const { model, hcc: code, label, chronic } = cells
    if (!/^V\d+$/.test(model) || !/^\d+$/.test(code) || label === '') {
      reading.faults.add(labels, line, 'no category, or no label')
      continue
    }
    const categories = models.get(model) ?? new Map<string, Concept>()
    models.set(model, categories)
    categories.set(code, {
      code,
      display: label,
      properties: [
        { code: 'chronic', type: 'boolean', value: chronic === 'Y' },
        ...(drops.get(`${model} ${code}`) ?? []).map((value) => ({ code: 'drops', type: 'code' as const, value })),
      ],
    })
  }
  return models
}

async function dropped(path: string, reading: Reading): Promise<Map<string, string[]>> {
  const drops = new Map<string, string[]>()
  for await (const { cells } of csvRows(path, ['model', 'hcc', 'drops_hcc'], reading)) {
    const key = `${cells.model} ${cells.hcc}`
    drops.set(key, [...(drops.get(key) ?? []), cells.drops_hcc])
  }
  return drops
}

/** A map of each model and payment year. */
async function mapsOf(path: string, models: Categories, reading: Reading): Promise<Definition[]> {
  const table = await hccTable(path, reading)
  return (Object.keys(HCC_COLUMNS) as HccColumn[]).map((column) => {
    const [model = '', year = ''] = column.replace('file', '').split('_')
    const labels = models.get(model.toUpperCase())
    const elements = [...table]
      .filter(([, files]) => files[column].length > 0)
      .map(([code, files]) => ({
        code,
        target: files[column].map((category) => target(category, labels?.get(category)?.display)),
      }))
    const head = {
      id: `icd-10-cm-to-hcc-${model}-py${year}`,
      title: `ICD-10-CM to CMS-HCC ${model.toUpperCase()}, payment year ${year}`,
      version: year,
    }
    return conceptMap(head, { source: ICD10CM, target: CMS_HCC, targetVersion: model.slice(1) }, elements)
  })
}

/** A category is wider than each of its diagnoses. */
function target(code: string, display: string | undefined) {
  return { code, ...(display === undefined ? {} : { display }), equivalence: 'wider' }
}

function editionOf(model: string): Edition {
  return {
    system: CMS_HCC,
    version: model.slice(1),
    name: `CMSHCC${model}`,
    title: `CMS Hierarchical Condition Categories, ${model}`,
    content: 'complete',
    caseSensitive: true,
    properties: [
      { code: 'chronic', type: 'boolean', description: 'Whether the condition is chronic' },
      { code: 'drops', type: 'code', description: 'Category that does not count beside this one' },
    ],
    copyright: 'CMS-HCC is by CMS of the US government.',
  }
}
