import { createHmac } from 'node:crypto'
import { ROLE_SYSTEM } from '../../../auth/consent/read.ts'
import { SCREEN_TASK, TASKS } from '../../../auth/policy/screen-tasks.ts'
import { isObject, type JsonObject, parseLossless, printLossless } from '../../../resources/json/lossless.ts'
import type { Finding } from '../../findings.ts'
import { inputsOf, priorityOf, ruleOf } from './finding-input.ts'
import { NOT_REVIEWED, REVIEW_STATES } from './review-states.ts'

/** CodeSystem of what an input of such a Task is, besides findings. */
const INPUTS = 'https://chartroom.invalid/fhir/CodeSystem/screen-input'

/** System of `Task.groupIdentifier`: all Tasks of one period. */
export const PERIODS = 'https://chartroom.invalid/fhir/screen-period'

/** ms since 1970: from, and before. */
export interface Period {
  start: number
  end: number
}

/** What a screen of a period has found of somebody. */
export interface Group extends Period {
  /** As `Finding.subject`. */
  subject: string
  findings: readonly Finding[]
}

/** Findings by whom they are of. */
export function grouped(findings: readonly Finding[], period: Period): Group[] {
  const groups = Map.groupBy(findings, ({ subject }) => subject)
  return [...groups].map(([subject, own]) => ({ subject, findings: own, ...period }))
}

/** Id of the Task for a user and a period: always the same, and nobody can guess it who does not know the secret. */
export function reviewId({ subject, start, end }: Group, secret: Buffer): string {
  const text = JSON.stringify(['screen', subject, start, end])
  return `screen-${createHmac('sha256', secret).update(text).digest('hex').slice(0, 40)}`
}

/** `2026-10-01T00:00:00.000Z/2026-11-01T00:00:00.000Z` */
export function periodName({ start, end }: Period): string {
  return `${instant(start)}/${instant(end)}`
}

/** The Task by which a privacy officer reviews what was found of somebody, as JSON text; `now` in ms since 1970. */
export function newReview(group: Group, id: string, now: number): string {
  const { subject } = group
  const state = { system: REVIEW_STATES, code: NOT_REVIEWED, display: 'Not reviewed' }
  return JSON.stringify({
    resourceType: 'Task',
    id,
    groupIdentifier: { system: PERIODS, value: periodName(group) },
    status: 'requested',
    businessStatus: { coding: [state], text: state.display },
    intent: 'order',
    code: { coding: [{ system: TASKS, code: SCREEN_TASK }], text: 'Review of accesses' },
    focus: /^[A-Z][A-Za-z]+\/[^|/]+$/.test(subject) ? { reference: subject } : { display: subject },
    authoredOn: instant(now),
    performerType: [{ coding: [{ system: ROLE_SYSTEM, code: 'privacy-officer' }] }],
    ...foundIn(inputsOf(group.findings), group, now),
  })
}

/**
 * A Task that is there already with what was found this time, as JSON text; undefined where that is the same. What reviewers
 * wrote (state, notes, owner, output, further inputs) stays, and so do the findings of rules that were not `judged`.
 */
export function renewedReview(
  text: string,
  found: Period & Pick<Group, 'findings'>,
  judged: ReadonlySet<string>,
  now: number,
): string | undefined {
  const task = parseLossless(text)
  if (!isObject(task)) return undefined
  const before = Array.isArray(task.input) ? task.input.filter(isObject) : []
  const kept = before.filter((input) => !isPeriod(input) && !judged.has(ruleOf(input) ?? ''))
  const next = parseLossless(JSON.stringify(foundIn(inputsOf(found.findings, kept), found, now))) as JsonObject
  const isSame = printLossless(task.input ?? null) === printLossless(next.input ?? null)
  return isSame ? undefined : printLossless({ ...task, ...next })
}

function isPeriod({ type }: JsonObject): boolean {
  return JSON.stringify(type ?? null).includes(INPUTS)
}

function foundIn(inputs: readonly object[], { start, end }: Period, now: number) {
  const rules = inputs.flatMap((input) => ruleOf(input as JsonObject) ?? [])
  const names = [...new Set(rules)].sort()
  return {
    priority: priorityOf(inputs),
    description: rules.length === 0 ? 'Nothing is found any more' : `${rules.length} findings: ${names.join(', ')}`,
    lastModified: instant(now),
    input: [
      {
        type: { coding: [{ system: INPUTS, code: 'period' }], text: 'period of the screen' },
        valuePeriod: { start: instant(start), end: instant(end) },
      },
      ...inputs,
    ],
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}
