import { namesOf, spanOf } from '../record-reading.ts'
import { type Reason, timeOf } from './reason.ts'

const CLOSED: ReadonlySet<string> = new Set(['completed', 'cancelled', 'rejected', 'failed', 'entered-in-error'])

/** Has work to do on the record: coding it, registering it, billing it. An open Task has no end. */
export const taskOwner: Reason = {
  code: 'task-owner',
  words: 'owner of a task on the record',
  of: {
    Task: ({ owner, status, authoredOn, executionPeriod, lastModified }, reading) => {
      if (status === 'entered-in-error') return []
      const start = executionPeriod?.start ?? authoredOn
      const end = executionPeriod?.end ?? lastModified
      const time = CLOSED.has(status) ? timeOf(start, end, reading) : spanOf(start, undefined, reading)
      return [{ who: namesOf([owner], reading), ...time }]
    },
  },
}
