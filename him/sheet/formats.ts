import { csvOf } from './csv.ts'
import { htmlOf } from './html.ts'
import { parametersOf } from './parameters.ts'
import type { Sheet } from './sheet.ts'

/** The forms that a sheet is sent in. */
export type SheetFormat = 'json' | 'csv' | 'html'

export const SHEET_FORMATS: readonly SheetFormat[] = ['json', 'csv', 'html']

const MEDIA = { json: 'application/fhir+json', csv: 'text/csv', html: 'text/html' } as const

/** A sheet in one of its forms, in pieces, each made when it is asked for; a page is shown, a CSV kept under a name. */
export function formatted<R>(sheet: Sheet<R>, format: SheetFormat, name: string) {
  const pieces = { json: parametersOf<R>, csv: csvOf<R>, html: htmlOf<R> }[format](sheet)
  return { mediaType: MEDIA[format], chunks: pieces, ...(format === 'csv' ? { fileName: `${name}.csv` } : {}) }
}
