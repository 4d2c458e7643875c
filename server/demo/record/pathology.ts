import type { DiagnosticReport, Specimen } from '@medplum/fhirtypes'
import { addDays, dateTimeOf, later } from '../calendar.ts'
import type { Chart } from '../chart.ts'
import { concept, hl7Concept, LOINC, referTo } from '../codes.ts'
import type { Visit } from '../course.ts'
import { hospital, practitioner } from '../staff.ts'
import { encounterReference } from './encounter.ts'

/** The specimen of a visit and the pathologist's report on it, which the cancer registrar reads. */
export function pathologyOf(chart: Chart, visit: Visit): [Specimen, DiagnosticReport] | [] {
  const { pathology } = visit.episode
  if (!pathology) return []
  const collected = dateTimeOf(later(visit.start, 40))
  const signed = { day: addDays(visit.start.day, chart.random.integer(4, 7)), minutes: chart.random.integer(600, 990) }
  const specimen: Specimen = {
    resourceType: 'Specimen',
    id: chart.nextId('specimen'),
    status: 'available',
    type: { text: pathology.specimen },
    subject: chart.patient,
    collection: { collector: practitioner(visit.episode.attending), collectedDateTime: collected },
  }
  const report: DiagnosticReport = {
    resourceType: 'DiagnosticReport',
    id: chart.nextId('pathology-report'),
    status: 'final',
    category: [hl7Concept('v2-0074', 'SP', 'Surgical Pathology')],
    code: concept(LOINC, '11526-1', 'Pathology study'),
    subject: chart.patient,
    encounter: encounterReference(chart, visit),
    effectiveDateTime: collected,
    issued: dateTimeOf(signed),
    performer: [hospital],
    resultsInterpreter: [practitioner('pathologist')],
    specimen: [referTo('Specimen', specimen.id!, pathology.specimen)],
    conclusion: pathology.conclusion,
  }
  return [specimen, report]
}
