import { namesOf } from '../record-reading.ts'
import { type Reading, type Reason, type Tie, timeOf } from './reason.ts'

type Pointer = { reference?: string } | undefined

/** Ordered something for the patient, or is to do it. */
export const orderer: Reason = {
  code: 'orderer',
  words: 'orderer, or who an order is for',
  of: {
    ServiceRequest: ({ id, requester, performer = [], authoredOn }, reading) => {
      reading.named.set(`ServiceRequest/${id}`, namesOf([requester], reading))
      return tie([requester, ...performer], authoredOn, reading)
    },
    MedicationRequest: ({ requester, performer, recorder, authoredOn }, reading) =>
      tie([requester, performer, recorder], authoredOn, reading),
    DeviceRequest: ({ requester, performer, authoredOn }, reading) => tie([requester, performer], authoredOn, reading),
    NutritionOrder: ({ orderer: who, dateTime }, reading) => tie([who], dateTime, reading),
  },
}

function tie(who: readonly Pointer[], at: string | undefined, reading: Reading): Tie[] {
  return [{ who: namesOf(who, reading), ...timeOf(at, undefined, reading) }]
}
