import type { Access } from '../auth/access.ts'
import { SCREEN } from '../auth/policy/screen-tasks.ts'
import { RULE_NAMES } from '../him/privacy/screen/rules.ts'
import type { RuleName } from '../him/privacy/screen/settings.ts'
import { demandLog } from '../him/privacy/who-may-ask.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { defineInquiry } from './inquiry.ts'
import type { ScreenState } from './screens.ts'

/**
 * Has all accesses of a period judged by the rules of the privacy office, in the background. What is found becomes a Task for each
 * user (`him/privacy/screen/review.ts`). Answers a Parameters that tells how it stands; `$screen-state` tells it later.
 */
export const screen = defineInquiry({
  code: 'screen',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/screen',
  levels: ['type'],
  resourceTypes: ['AuditEvent'],
  affectsState: true,
  judgedBy: 'AuditEvent',
  input: {
    start: { type: 'date', doc: 'from this day on' },
    end: { type: 'date', doc: 'up to this day' },
    rules: { type: 'codes', doc: 'names of the rules that are to judge; all that are on without it' },
  },
  demand: demandScreens,
  async run({ access, screens }, { start, end, rules }) {
    if (!start || !end) throw FhirError.of('invalid', 'This takes start and end.', { code: 'required' })
    if (end.end <= start.start) throw FhirError.of('invalid', 'end is before start.', { code: 'value' })
    const stray = rules?.find((name) => !(RULE_NAMES as readonly string[]).includes(name))
    if (stray !== undefined) throw FhirError.of('invalid', `rules takes ${RULE_NAMES.join(', ')}.`, { code: 'value' })
    const asked = { start: start.start, end: end.end, ...(rules ? { rules: rules as RuleName[] } : {}) }
    await screens.start(asked, access)
    return { resource: parametersOf(await screens.state()) }
  },
})

/** How the screen that is under way stands, or how the last one ended. */
export const screenState = defineInquiry({
  code: 'screen-state',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/screen-state',
  levels: ['type'],
  resourceTypes: ['AuditEvent'],
  affectsState: false,
  judgedBy: 'AuditEvent',
  input: {},
  demand: demandScreens,
  async run({ screens }) {
    return { resource: parametersOf(await screens.state()) }
  },
})

/** Throws `forbidden` unless the whole log may be searched, and the role has screens among its operations. */
function demandScreens(access: Access): void {
  demandLog(access)
  if (access.operations === 'all' || access.operations.includes(SCREEN)) return
  throw FhirError.of('forbidden', 'This takes a role that may screen the audit log.')
}

function parametersOf({ running, asked, started, finished, failure, day, ...counts }: ScreenState): object {
  const numbers = Object.entries(counts).filter(([, value]) => typeof value === 'number')
  const instants = { start: asked?.start, end: asked?.end }
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'running', valueBoolean: running },
      ...Object.entries(instants).flatMap(([name, at]) =>
        at === undefined ? [] : [{ name, valueInstant: new Date(at).toISOString() }],
      ),
      ...(asked?.rules ?? []).map((rule) => ({ name: 'rules', valueCode: rule })),
      ...(started === undefined ? [] : [{ name: 'started', valueInstant: started }]),
      ...(finished === undefined ? [] : [{ name: 'finished', valueInstant: finished }]),
      ...(day === undefined ? [] : [{ name: 'day', valueDate: day }]),
      ...numbers.map(([name, value]) => ({ name, valueInteger: value })),
      ...(failure === undefined ? [] : [{ name: 'failure', valueString: failure }]),
    ],
  }
}
