import { namesOf } from '../record-reading.ts'
import { type Reason, timeOf } from './reason.ts'

/** Made a report, ordered what it reports, or was told of it. */
export const resultRecipient: Reason = {
  code: 'result-recipient',
  words: 'made a result, ordered it or was told of it',
  of: {
    DiagnosticReport: (report, reading) => {
      const { performer = [], resultsInterpreter = [], basedOn = [], issued, effectiveDateTime } = report
      const orderers = namesOf(basedOn, reading).flatMap((order) => reading.named.get(order) ?? [])
      const who = [...namesOf([...performer, ...resultsInterpreter], reading), ...orderers]
      return [{ who, ...timeOf(effectiveDateTime ?? issued, issued, reading) }]
    },
    Communication: ({ sender, recipient = [], sent, received }, reading) => [
      { who: namesOf([sender, ...recipient], reading), ...timeOf(sent ?? received, received, reading) },
    ],
  },
}
