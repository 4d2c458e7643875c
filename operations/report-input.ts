import { SHEET_FORMATS, type SheetFormat } from '../him/sheet/formats.ts'
import type { Range } from '../resources/dates.ts'
import { FhirError } from '../resources/fhir-error.ts'

/** What all reports on the audit log take. */
export const REPORT_INPUT = {
  start: { type: 'date', doc: 'from this day on' },
  end: { type: 'date', doc: 'up to this day' },
  format: { type: 'code', doc: 'json, csv or html' },
} as const

/** The form that is asked for; json where none is. Throws `invalid` for another. */
export function formatOf(code: string | undefined): SheetFormat {
  const format = SHEET_FORMATS.find((one) => one === (code ?? 'json'))
  if (format) return format
  throw FhirError.of('invalid', `format takes ${SHEET_FORMATS.join(', ')}.`, { code: 'value' })
}

/** The period asked for: what is recorded while it is told is left to the next. Throws `invalid` where it ends before it begins. */
export function periodOf({ start, end }: { start: Range | undefined; end: Range | undefined }, now: number) {
  // Now has begun, and what was recorded in this very millisecond is asked for, too.
  const to = Math.min(end?.end ?? now + 1, now + 1)
  if (start && end && end.end <= start.start) {
    throw FhirError.of('invalid', 'end is before start.', { code: 'value' })
  }
  return { from: start?.start, to }
}
