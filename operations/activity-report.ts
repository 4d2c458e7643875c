import { ActivityReport } from '../him/privacy/activity.ts'
import { activitySheet } from '../him/privacy/activity-sheet.ts'
import { demandLog } from '../him/privacy/who-may-ask.ts'
import { formatted } from '../him/sheet/formats.ts'
import { defineInquiry } from './inquiry.ts'
import { formatOf, periodOf, REPORT_INPUT } from './report-input.ts'

/** What one practitioner did in a period: by day, by what was done, by patient, and each access. For who may search the whole log. */
export const activityReport = defineInquiry({
  code: 'activity-report',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/activity-report',
  levels: ['instance'],
  resourceTypes: ['Practitioner'],
  affectsState: false,
  judgedBy: 'AuditEvent',
  input: REPORT_INPUT,
  demand: demandLog,
  async run({ searcher, audit, baseUrl, zone, now, id, signal }, { start, end, format }) {
    const practitioner = id!
    const form = formatOf(format)
    const period = periodOf({ start, end }, now)
    const report = await ActivityReport.of(practitioner, period, { searcher, audit, baseUrl, zone, signal })
    const summary = await report.summary()
    return {
      ...formatted(activitySheet(practitioner, period, { report, summary }), form, 'activity-report'),
      patients: [...summary.patients.keys()],
      count: summary.total,
    }
  },
})
