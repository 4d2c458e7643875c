import { instantOf } from '../../resources/dates.ts'
import type { Column, Fact, ParameterPart, Sheet } from '../sheet/sheet.ts'
import type { AccessReport, ExplainedRow, ReportPeriod } from './access-report.ts'
import { event, WHAT, WHO, whatParts, when, whoParts } from './row-columns.ts'

export const UNEXPLAINED = 'unexplained'

const WHY: readonly Column<ExplainedRow>[] = [
  { name: 'why', title: 'Why', text: ({ why }) => why?.words ?? UNEXPLAINED },
  { name: 'evidence', title: 'Evidence', text: ({ why }) => why?.source ?? '' },
]

/**
 * What patients are not told of accesses to their own record: a search and how much it showed may tell of other patients, an
 * address of how the hospital is built.
 */
const OF_OFFICE: ReadonlySet<string> = new Set(['query', 'resources', 'from', 'event'])

/** An access report as a sheet: what cannot be explained stands out, and comes first. */
export function accessSheet(patient: string, period: ReportPeriod, report: AccessReport): Sheet<ExplainedRow> {
  const shown = report.isForOffice ? () => true : ({ name }: { name: string }) => !OF_OFFICE.has(name)
  return {
    title: `Accesses to the record of Patient/${patient}`,
    facts: [{ name: 'patient', title: 'Patient', value: `Patient/${patient}` }, ...periodFacts(period)],
    columns: [when, ...WHO, ...WHY, ...WHAT, event].filter(shown),
    rowName: 'access',
    parts: (row) => [...whoParts(row), ...whatParts(row), ...whyParts(row)].filter(shown),
    rows: report.rows(),
    marked: ({ why }) => !why,
    ends: () => [
      { name: 'total', title: 'Accesses', value: report.counts.all },
      { name: UNEXPLAINED, title: 'Unexplained', value: report.counts.unexplained },
    ],
  }
}

/** The period of a report, as facts of it. */
export function periodFacts({ from, to }: ReportPeriod): Fact[] {
  return [
    ...(from === undefined ? [] : [{ name: 'start', title: 'From', value: instantOf(from) }]),
    { name: 'end', title: 'Up to', value: instantOf(to) },
  ]
}

function whyParts({ why }: ExplainedRow): ParameterPart[] {
  if (!why) return [{ name: 'why', valueString: UNEXPLAINED }]
  const { reason, words, source } = why
  return [
    { name: 'why', valueString: words },
    { name: 'reason', valueCode: reason },
    { name: 'evidence', ...(source === undefined ? {} : { valueReference: { reference: source } }) },
  ]
}
