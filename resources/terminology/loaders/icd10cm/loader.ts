import { basename } from 'node:path'
import type { Concept } from '../../concept.ts'
import type { ConceptSource, Edition } from '../../concept-source.ts'
import { dayBefore } from '../days.ts'
import type { Definition, Loader } from '../loader.ts'
import { ICD10CM } from '../systems.ts'
import { byProperty } from '../value-sets.ts'
import { isOfIcd10cm, readSources } from './files.ts'
import { histories, type Sources } from './history.ts'
import { PROPERTIES, toldBy } from './known-properties.ts'
import { merged } from './merge.ts'
import { treeRecords } from './record.ts'
import { orderKey } from './year-code.ts'

/** ICD-10-CM: its years as one dated edition. */
export const icd10cm: Loader = {
  kind: 'icd-10-cm',
  files:
    'icd10cm_order_YYYY.txt and icd10cm_tabular_YYYY.xml of CMS or NCHS; or tables: icd10cm-YYYY.csv with icd10cm-tabular-YYYY.jsonl, icd10cm-validity, icd10cm-changes, cc-mcc, hcc-dx, mce-vNN, mce-age-groups, poa-exempt, dx-mdc-vNN',
  takes: isOfIcd10cm,
  async load(paths, asked, heldOf, reading) {
    const sources = await readSources(paths, asked, reading)
    const day = sources.years[0]!.from
    // Since when codes are billable is told from the beginning on: nothing of what was held is left then.
    const held = sources.tables.billable ? undefined : await heldOf(ICD10CM)
    refuseLater(await heldOf(ICD10CM), sources)
    const fresh = recordsOf(sources, held && day)
    return {
      editions: [
        {
          edition: editionOf(sources, held),
          concepts: held
            ? merged(held.all(), fresh, day, { told: toldBy(sources), hasTree: sources.tabular !== undefined })
            : fresh,
        },
      ],
      definitions: definitionsOf(sources),
      words: wordsOf(paths, sources, held),
    }
  },
}

function* recordsOf(sources: Sources, from: string | undefined): Generator<Concept> {
  if (sources.tabular) {
    const tree = [...treeRecords(sources.tabular, from)]
    yield* tree.sort((one, other) => (orderKey(one.code) < orderKey(other.code) ? -1 : 1))
  }
  yield* histories(sources)
}

/** Years go in by their order: what is held of later ones would be lost, or go on from what is older. */
function refuseLater(held: ConceptSource | undefined, { years }: Sources): void {
  const last = years.at(-1)!
  const later = held?.edition.periods?.find(({ from }) => from > last.from)
  if (!later) return
  throw new Error(
    `${later.version} is held, which is later than ${last.version}: load it too, or remove the edition before (codes remove ${ICD10CM})`,
  )
}

function editionOf({ years }: Sources, held: ConceptSource | undefined): Edition {
  const first = years[0]!.from
  const before = (held?.edition.periods ?? []).filter(({ from }) => from < first)
  const fresh = years.map(({ version, from }) => ({ version, from }))
  // An update within a year is of the year's version: it began when the year did.
  const kept = before.filter(({ version }) => fresh[0]!.version !== version)
  const same = before.find(({ version }) => fresh[0]!.version === version)
  const all = [...kept, { ...fresh[0]!, from: same?.from ?? first }, ...fresh.slice(1)]
  const periods = all.map(({ version, from }, at) => {
    const next = all[at + 1]
    return next ? { version, from, to: dayBefore(next.from) } : { version, from }
  })
  return {
    system: ICD10CM,
    // One edition for all its years: the next one takes its place.
    version: undefined,
    name: 'ICD10CM',
    title: 'International Classification of Diseases, 10th Revision, Clinical Modification',
    content: 'complete',
    caseSensitive: false,
    periods,
    properties: PROPERTIES,
    copyright: 'ICD-10-CM is by CDC/NCHS and CMS of the US government; ICD-10 is of the World Health Organization.',
  }
}

/** Lists that are kept by date, as value sets on the properties: those of a day are asked for by `date`. */
function definitionsOf({ years, tables }: Sources): Definition[] {
  const version = years.at(-1)!.version
  const set = (id: string, title: string, property: string, value: string) =>
    byProperty({ id, title, version, system: ICD10CM, property, value })
  const edits = new Set([...(tables.edits?.values() ?? [])].flat().map(({ edit }) => edit))
  return [
    set('icd-10-cm-billable', 'ICD-10-CM codes that are valid on claims', 'billable', 'true'),
    ...(tables.poa
      ? [set('poa-exempt', 'ICD-10-CM codes exempt from the present-on-admission indicator', 'poa-exempt', 'true')]
      : []),
    ...(tables.complications
      ? ['CC', 'MCC'].map((level) =>
          set(`ms-drg-${level.toLowerCase()}`, `ICD-10-CM codes that are ${level} of MS-DRG`, 'cc-level', level),
        )
      : []),
    ...[...edits].sort().map((edit) => editSet(set, edit)),
  ]
}

function editSet(
  set: (id: string, title: string, property: string, value: string) => Definition,
  edit: string,
): Definition {
  const id = `mce-dx-${edit.replace(/[^A-Za-z0-9]+/g, '-')}`
  const title = `Medicare Code Editor, diagnoses: ${edit}`
  if (edit.startsWith('age-')) return set(id, title, 'age-group', edit.slice(4))
  return edit.startsWith('sex-') ? set(id, title, 'sex', edit.slice(4)) : set(id, title, 'mce-edit', edit)
}

function wordsOf(
  paths: readonly string[],
  { years, tabular, tables }: Sources,
  held: ConceptSource | undefined,
): string[] {
  const words = [`made of ${paths.map((path) => basename(path)).join(', ')}`]
  if (held) words.push(`put into what was held: ${held.edition.periods?.map(({ version }) => version).join(', ')}`)
  for (const { version, from, codes } of years) {
    const billable = [...codes.values()].filter((code) => code.billable).length
    words.push(`${version} from ${from}: ${codes.size} codes, ${billable} of them billable`)
  }
  if (!tables.billable && !held)
    words.push(`before ${years[0]!.from} nothing is known: icd10cm-validity is not among the files`)
  if (!tabular) words.push('no tabular list: notes, chapters and blocks are not among the files')
  else if (tabular.leftOut.size > 0)
    words.push(
      `left out of the tabular list: ${[...tabular.leftOut].map(([name, count]) => `${name} (${count})`).join(', ')}`,
    )
  return words
}
