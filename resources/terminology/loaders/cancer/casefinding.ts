import { basename } from 'node:path'
import { csvRows } from '../csv.ts'
import type { Loader } from '../loader.ts'
import { ICD10CM } from '../systems.ts'
import { ofCodes } from '../value-sets.ts'

/** Codes on which somebody looks whether there is a cancer to be registered. */
export const casefinding: Loader = {
  kind: 'casefinding',
  files: 'the table casefinding-icd10cm.csv',
  takes: (name) => /^casefinding-icd10cm\.csv(\.gz)?$/i.test(name),
  async load([path], { version }, _held, reading) {
    if (path === undefined) throw new Error('There is no casefinding-icd10cm.csv among the files')
    const codes: { code: string; display?: string }[] = []
    let inherited = 0
    for await (const { line, cells } of csvRows(path, ['code', 'basis', 'long'], reading)) {
      if (cells.basis === 'inherited') inherited++
      if (cells.code === '') reading.faults.add(path, line, 'no code')
      else codes.push({ code: cells.code, ...(cells.long === '' ? {} : { display: cells.long }) })
    }
    const head = { id: 'cancer-casefinding', title: 'Cancer case finding, ICD-10-CM', version: version ?? '2021' }
    return {
      editions: [],
      definitions: [ofCodes(head, ICD10CM, codes)],
      words: [
        `made of ${basename(path)}: ${codes.length} codes, ${inherited} of them newer ones below codes that are listed`,
      ],
    }
  },
}
