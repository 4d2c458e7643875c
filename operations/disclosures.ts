import { accountedPeriod, accountingOf } from '../him/privacy/disclosures/accounting.ts'
import { accountingSheet } from '../him/privacy/disclosures/accounting-sheet.ts'
import { demandLogOf, mayAskAll } from '../him/privacy/who-may-ask.ts'
import { formatted } from '../him/sheet/formats.ts'
import { defineInquiry } from './inquiry.ts'
import { formatOf, periodOf, REPORT_INPUT } from './report-input.ts'

/**
 * The accounting of disclosures of a patient (45 CFR 164.528), six years back at the most. For the privacy office, auditors and, of
 * the own record, patients.
 */
export const disclosures = defineInquiry({
  code: 'disclosures',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/disclosures',
  levels: ['instance'],
  resourceTypes: ['Patient'],
  affectsState: false,
  judgedBy: 'AuditEvent',
  input: REPORT_INPUT,
  demand: (access, { id }) => demandLogOf(id!, access),
  async run({ access, searcher, audit, baseUrl, zone, now, id, signal }, { start, end, format }) {
    const patient = id!
    const form = formatOf(format)
    const period = accountedPeriod(periodOf({ start, end }, now), now)
    const asked = { ...period, now, isForOffice: mayAskAll(access) }
    const accounting = await accountingOf(patient, asked, { searcher, audit, baseUrl, zone, signal })
    const sheet = accountingSheet(patient, period, accounting)
    return { ...formatted(sheet, form, 'disclosures'), patients: [patient], count: accounting.length }
  },
})
