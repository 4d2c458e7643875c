import type { DocumentReference } from '@medplum/fhirtypes'
import { dateTimeOf, dayOf, type LocalTime, later } from '../calendar.ts'
import type { Chart } from '../chart.ts'
import { concept, hl7Concept, LOINC } from '../codes.ts'
import type { Visit } from '../course.ts'
import { hospital, practitioner } from '../staff.ts'
import { diagnoses, icd10pcs, rowOf } from '../tables.ts'
import { encounterReference } from './encounter.ts'

const DISPOSITIONS: Record<string, string> = {
  aadvice: 'Left against medical advice.',
  exp: 'Died in hospital.',
  home: 'Home.',
  rehab: 'Inpatient rehabilitation facility.',
  snf: 'Skilled nursing facility.',
}

/** The discharge summary of an inpatient stay that is over, unless it was never written. */
export function dischargeSummariesOf(chart: Chart, visit: Visit): DocumentReference[] {
  const { episode, end, entry } = visit
  if (episode.setting !== 'IMP' || !end || entry.flaw === 'discharge-summary-missing') return []
  const signed = entry.flaw !== 'discharge-summary-unsigned'
  const author = practitioner(episode.attending)
  const written = dateTimeOf(later(end, chart.random.integer(60, 900)))
  const text = Buffer.from(summaryText(chart, visit, end, signed))
  return [
    {
      resourceType: 'DocumentReference',
      id: chart.nextId('discharge-summary'),
      status: 'current',
      docStatus: signed ? 'final' : 'preliminary',
      type: concept(LOINC, '18842-5', 'Discharge summary'),
      category: [hl7Concept('media-category', 'text')],
      subject: chart.patient,
      date: written,
      author: [author],
      ...(signed ? { authenticator: author } : {}),
      custodian: hospital,
      content: [
        {
          attachment: {
            contentType: 'text/plain; charset=utf-8',
            language: 'en',
            data: text.toString('base64'),
            size: text.length,
            title: 'Discharge summary',
            creation: written,
          },
        },
      ],
      context: {
        encounter: [encounterReference(chart, visit)],
        period: { start: dateTimeOf(visit.start), end: dateTimeOf(end) },
      },
    },
  ]
}

/** It tells what the physician documented, whatever was coded from it. */
function summaryText(chart: Chart, visit: Visit, end: LocalTime, signed: boolean): string {
  const { episode, start, disposition } = visit
  const attending = practitioner(episode.attending).display
  const procedures = (episode.procedures ?? []).map((code) => `- ${rowOf(icd10pcs, code).display}`)
  return [
    `${hospital.display?.toUpperCase()}\nDISCHARGE SUMMARY`,
    `Patient: ${chart.name}\nMedical record number: ${chart.medicalRecordNumber}\nDate of birth: ${chart.birthDate}`,
    `Admitted: ${dayOf(start)}\nDischarged: ${dayOf(end)}\nAttending: ${attending}`,
    `DISCHARGE DIAGNOSES\n${episode.diagnoses.map(numberedDiagnosis).join('\n')}`,
    ...(procedures.length > 0 ? [`PROCEDURES\n${procedures.join('\n')}`] : []),
    `HOSPITAL COURSE\n${episode.course ?? ''}`,
    `DISPOSITION\n${DISPOSITIONS[disposition] ?? ''}`,
    signed ? `Electronically signed by ${attending}` : 'NOT SIGNED',
    '',
  ].join('\n\n')
}

function numberedDiagnosis(code: string, index: number): string {
  return `${index + 1}. ${rowOf(diagnoses, code).display}`
}
