import { namesOf, type ReadingContext } from '../record-reading.ts'
import { type Reason, timeOf } from './reason.ts'

type Pointer = { reference?: string }

/** Did something for the patient, or wrote it down. */
export const performer: Reason = {
  code: 'performer',
  words: 'did or recorded something of the care',
  of: {
    Procedure: ({ performer: who = [], recorder, performedDateTime, performedPeriod }, reading) => [
      {
        who: [...actors(who, reading), ...namesOf([recorder], reading)],
        ...timeOf(performedPeriod?.start ?? performedDateTime, performedPeriod?.end, reading),
      },
    ],
    Observation: ({ performer: who = [], issued, effectiveDateTime, effectivePeriod }, reading) => [
      { who: namesOf(who, reading), ...timeOf(effectiveDateTime ?? effectivePeriod?.start ?? issued, issued, reading) },
    ],
    Immunization: ({ performer: who = [], occurrenceDateTime }, reading) => [
      { who: actors(who, reading), ...timeOf(occurrenceDateTime, undefined, reading) },
    ],
    MedicationAdministration: ({ performer: who = [], effectiveDateTime, effectivePeriod }, reading) => [
      {
        who: actors(who, reading),
        ...timeOf(effectiveDateTime ?? effectivePeriod?.start, effectivePeriod?.end, reading),
      },
    ],
    MedicationDispense: ({ performer: who = [], whenPrepared, whenHandedOver }, reading) => [
      { who: actors(who, reading), ...timeOf(whenPrepared ?? whenHandedOver, whenHandedOver, reading) },
    ],
    DocumentReference: ({ author = [], authenticator, date }, reading) => [
      { who: namesOf([...author, authenticator], reading), ...timeOf(date, undefined, reading) },
    ],
  },
}

function actors(performers: readonly { actor?: Pointer }[], context: ReadingContext): readonly string[] {
  return namesOf(
    performers.map(({ actor }) => actor),
    context,
  )
}
