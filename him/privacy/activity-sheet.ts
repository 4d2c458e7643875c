import type { Column, Sheet, Summary } from '../sheet/sheet.ts'
import type { ReportPeriod } from './access-report.ts'
import { periodFacts } from './access-sheet.ts'
import type { ActivityReport, ActivitySummary, Counts } from './activity.ts'
import { event, type KnownRow, WHAT, WHO, whatParts, when, whoParts } from './row-columns.ts'

/** Patients that a summary names: those who were looked at most. */
const MOST_NAMED = 50

const patients: Column<KnownRow> = { name: 'patients', title: 'Patients', text: (row) => row.patients.join(' ') }

/** An activity report as a sheet: what the period comes to, then each access. */
export function activitySheet(
  practitioner: string,
  period: ReportPeriod,
  { report, summary }: { report: ActivityReport; summary: ActivitySummary },
): Sheet<KnownRow> {
  return {
    title: `What Practitioner/${practitioner} did`,
    facts: [
      { name: 'practitioner', title: 'Practitioner', value: `Practitioner/${practitioner}` },
      ...periodFacts(period),
      { name: 'total', title: 'Accesses', value: summary.total },
      { name: 'patientCount', title: 'Patients', value: summary.patients.size },
    ],
    summaries: [
      { name: 'day', title: 'By day (UTC)', of: 'Day', lines: lines(summary.days) },
      { name: 'type', title: 'By what was done', of: 'What', lines: mostFirst(summary.types) },
      mostLookedAt(summary.patients),
    ],
    columns: [when, ...WHO, patients, ...WHAT, event],
    rowName: 'access',
    parts: (row) => [
      ...whoParts(row),
      ...row.patients.map((id) => ({ name: 'patient', valueReference: { reference: `Patient/${id}` } })),
      ...whatParts(row),
    ],
    rows: report.rows(),
    ends: () => [],
  }
}

function mostLookedAt(counts: Counts): Summary {
  const all = mostFirst(counts)
  const title = all.length > MOST_NAMED ? `By patient: the ${MOST_NAMED} most looked at` : 'By patient'
  const named = all.slice(0, MOST_NAMED).map(([id, count]) => [`Patient/${id}`, count] as const)
  return { name: 'patient', title, of: 'Patient', lines: named }
}

function lines(counts: Counts): Summary['lines'] {
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1))
}

function mostFirst(counts: Counts): Summary['lines'] {
  return [...lines(counts)].sort(([, one], [, other]) => other - one)
}
