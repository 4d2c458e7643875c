import { AccessReport } from '../him/privacy/access-report.ts'
import { accessSheet } from '../him/privacy/access-sheet.ts'
import { demandLogOf, mayAskAll } from '../him/privacy/who-may-ask.ts'
import { formatted } from '../him/sheet/formats.ts'
import { defineInquiry } from './inquiry.ts'
import { formatOf, periodOf, REPORT_INPUT } from './report-input.ts'

/**
 * Who looked at the record of a patient, and why: the unexplained accesses first, then the others, the latest first. For the
 * privacy office, auditors and, of the own record, patients. The patient need not be here any more.
 */
export const accessReport = defineInquiry({
  code: 'access-report',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/access-report',
  levels: ['instance'],
  resourceTypes: ['Patient'],
  affectsState: false,
  judgedBy: 'AuditEvent',
  input: REPORT_INPUT,
  demand: (access, { id }) => demandLogOf(id!, access),
  async run({ access, searcher, audit, baseUrl, zone, now, id, signal }, { start, end, format }) {
    const patient = id!
    const form = formatOf(format)
    const period = periodOf({ start, end }, now)
    const report = new AccessReport(patient, period, { searcher, audit, baseUrl, zone, signal }, mayAskAll(access))
    const sheet = accessSheet(patient, period, report)
    return { ...formatted(sheet, form, 'access-report'), patients: [patient] }
  },
})
