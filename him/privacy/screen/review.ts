import { hash } from 'node:crypto'
import { ROLE_SYSTEM } from '../../../auth/consent/read.ts'
import { SCREEN_TASK, TASKS } from '../../../auth/policy/screen-tasks.ts'
import { isObject, type JsonObject, parseLossless, printLossless } from '../../../resources/json/lossless.ts'
import { type Finding, gravest, RULES, type Severity } from '../../findings.ts'
import { NOT_REVIEWED, REVIEW_STATES } from './review-states.ts'

/** CodeSystem of purposes of a Task's input, and the extension that a finding stands in. */
const INPUTS = 'https://chartroom.invalid/fhir/CodeSystem/screen-input'
export const FINDING = 'https://chartroom.invalid/fhir/StructureDefinition/finding'
export const PERIODS = 'https://chartroom.invalid/fhir/screen-period'

/** Findings that stand in a Task; how many there are is told. */
const MOST = 200

/** Whom a screen of which period has found something of. */
export interface Group {
  /** As `Finding.subject`. */
  subject: string
  findings: readonly Finding[]
  /** ms since 1970 */
  start: number
  end: number
}

/** Id of the Task for a user and a period: always the same. */
export function reviewTaskId({ subject, start, end }: Pick<Group, 'subject' | 'start' | 'end'>): string {
  return `screen-${hash('sha256', JSON.stringify([subject, start, end])).slice(0, 40)}`
}

/** Findings by whom they are of. */
export function grouped(findings: readonly Finding[], period: { start: number; end: number }): Group[] {
  const groups = Map.groupBy(findings, ({ subject }) => subject)
  return [...groups].map(([subject, own]) => ({ subject, findings: own, ...period }))
}

/** The Task by which a privacy officer reviews what was found of somebody, as JSON text; `now` in ms since 1970. */
export function newReview(group: Group, now: number): string {
  const { subject, start, end } = group
  const state = { system: REVIEW_STATES, code: NOT_REVIEWED, display: 'Not reviewed' }
  return JSON.stringify({
    resourceType: 'Task',
    id: reviewTaskId(group),
    groupIdentifier: { system: PERIODS, value: periodName(start, end) },
    status: 'requested',
    businessStatus: { coding: [state], text: state.display },
    intent: 'order',
    ...foundIn(group, now),
    code: { coding: [{ system: TASKS, code: SCREEN_TASK }], text: 'Review of accesses' },
    focus: subject.includes('/') && !subject.includes('|') ? { reference: subject } : { display: subject || 'unknown' },
    authoredOn: new Date(now).toISOString(),
    performerType: [{ coding: [{ system: ROLE_SYSTEM, code: 'privacy-officer' }] }],
  })
}

/**
 * A Task that is there already with what was found this time, as JSON text; undefined where that is the same. What reviewers
 * write (state, notes, owner, output) stays.
 */
export function renewedReview(text: string, group: Group, now: number): string | undefined {
  const task = parseLossless(text)
  if (!isObject(task)) return undefined
  const found = parseLossless(JSON.stringify(foundIn(group, now))) as JsonObject
  const isSame = printLossless(task.input ?? null) === printLossless(found.input ?? null)
  return isSame ? undefined : printLossless({ ...task, ...found })
}

/** `2026-10-01T00:00:00.000Z/2026-11-01T00:00:00.000Z` */
export function periodName(start: number, end: number): string {
  return `${new Date(start).toISOString()}/${new Date(end).toISOString()}`
}

function foundIn({ findings, start, end }: Group, now: number) {
  const period = { start: new Date(start).toISOString(), end: new Date(end).toISOString() }
  const rules = [...new Set(findings.map(({ rule }) => rule))]
  return {
    priority: PRIORITIES[gravest(findings)],
    description: `${findings.length} findings by ${rules.length} rules: ${rules.join(', ')}`,
    lastModified: new Date(now).toISOString(),
    input: [
      { type: { coding: [{ system: INPUTS, code: 'period' }], text: 'period of the screen' }, valuePeriod: period },
      ...findings.slice(0, MOST).map(inputOf),
    ],
  }
}

const PRIORITIES: Readonly<Record<Severity, string>> = { error: 'urgent', warning: 'asap', information: 'routine' }

function inputOf({ rule, version, severity, message, citation, about, evidence, period, count }: Finding) {
  const part = (url: string, value: object) => ({ url, ...value })
  return {
    extension: [
      {
        url: FINDING,
        extension: [
          part('severity', { valueCode: severity }),
          part('citation', { valueString: citation }),
          ...about.map((reference) => part('about', { valueReference: { reference } })),
          ...evidence.map((reference) => part('evidence', { valueReference: { reference } })),
          ...(period ? [part('period', { valuePeriod: periodOf(period) })] : []),
          ...(count === undefined ? [] : [part('count', { valueInteger: count })]),
        ],
      },
    ],
    type: { coding: [{ system: RULES, version, code: rule }], text: rule },
    valueString: message,
  }
}

function periodOf({ start, end }: { start: number; end: number }) {
  return { start: new Date(start).toISOString(), end: new Date(end).toISOString() }
}
