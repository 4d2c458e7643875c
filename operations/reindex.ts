import type { JobState } from './job.ts'
import type { SystemOperation } from './system-operation.ts'

/**
 * Makes the index entries of all resources anew, in the background: POST begins, or goes on where it stopped, GET tells how
 * far it is. The answer is a Parameters of `running`, `done` (resources), `started`, `finished` and `failure`.
 */
export const reindex: SystemOperation = {
  code: 'reindex',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/reindex',
  async run({ reindex: job }) {
    await job.start()
    return parametersOf(job.state())
  },
  async look({ reindex: job }) {
    return parametersOf(job.state())
  },
}

function parametersOf({ running, done, started, finished, failure }: JobState): object {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'running', valueBoolean: running },
      { name: 'done', valueInteger: done },
      ...(started === undefined ? [] : [{ name: 'started', valueInstant: started }]),
      ...(finished === undefined ? [] : [{ name: 'finished', valueInstant: finished }]),
      ...(failure === undefined ? [] : [{ name: 'failure', valueString: failure }]),
    ],
  }
}
