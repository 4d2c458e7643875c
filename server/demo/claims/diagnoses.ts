import type { ClaimDiagnosis } from '@medplum/fhirtypes'
import { diagnosisConcept, hl7Concept } from '../codes.ts'
import type { Visit } from '../course.ts'
import { diagnoses, rowOf } from '../tables.ts'

/** The diagnoses of a claim, the principal one first; an inpatient's say whether they were present on admission. */
export function claimDiagnosesOf(visit: Visit): ClaimDiagnosis[] {
  return visit.diagnoses.map((code, index) => ({
    sequence: index + 1,
    diagnosisCodeableConcept: diagnosisConcept(code),
    ...(index === 0 ? { type: [hl7Concept('ex-diagnosistype', 'principal', 'Principal Diagnosis')] } : {}),
    ...presentOnAdmission(visit, code),
  }))
}

function presentOnAdmission({ episode, entry }: Visit, code: string): Pick<ClaimDiagnosis, 'onAdmission'> {
  if (episode.setting !== 'IMP' || entry.flaw === 'present-on-admission-missing') return {}
  if (rowOf(diagnoses, code).exempt) return {}
  return { onAdmission: hl7Concept('ex-diagnosis-on-admission', episode.acquired?.includes(code) ? 'n' : 'y') }
}
