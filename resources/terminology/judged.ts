import { beginningOf } from '../beginning.ts'
import type { Issue } from '../fhir-error.ts'
import { Pace } from '../pace.ts'
import type { AskedCoding } from '../validation/question.ts'
import type { ValidateCodeQuestion } from './answers.ts'
import { memberOf } from './compose/member.ts'
import { missingOf, type ResolvedSet, systemsOf } from './compose/resolved.ts'
import type { ListedCode } from './compose/value-set.ts'
import type { Concept } from './concept.ts'
import { isName, namesOf } from './displays.ts'
import { whyNot } from './explain.ts'
import { isPeriod, type Opened } from './systems.ts'

/** What codings are held against. */
export interface Held {
  /** The system that the codes must be of, where it was told. */
  system: string | undefined
  /** Undefined: a code of its system will do. */
  set: ResolvedSet | undefined
  /** The set as it is on another day: for codings of a version that stands for a stretch of days. */
  setOn(day: string): Promise<ResolvedSet | undefined>
  /** Opens the system of a coding; undefined where it is not held. */
  open(system: string, version: string | undefined): Promise<Opened | undefined>
  /** Whether a canonical is that of a value set: a mistake that is often made. */
  isValueSet(url: string): Promise<boolean>
}

/** How codings are judged. */
export type Manner = Pick<ValidateCodeQuestion, 'abstract' | 'lenientDisplay' | 'displayLanguage' | 'inferSystem'>

/** One thing to be said of a coding. */
export interface Said {
  /** `member`: it is out of the value set; `code`: it is none of its system; `header`: it is not billable. */
  kind: 'member' | 'unknown' | 'code' | 'display' | 'system' | 'inactive' | 'abstract' | 'header'
  issue: Issue
}

/** A coding, and what is known of it. */
export interface Judged {
  coding: AskedCoding
  /** Whether it is in the value set; without one, whether it is a code of its system. */
  result: 'in' | 'out' | 'unknown'
  said: readonly Said[]
  opened?: Opened
  concept?: Concept
  listed?: ListedCode
}

/** Judges codings, each by itself. */
export async function judgeAll(held: Held, manner: Manner, codings: readonly AskedCoding[]): Promise<Judged[]> {
  const judged: Judged[] = []
  const pace = new Pace()
  for (const coding of codings) {
    if (pace.due) await pace.rest()
    judged.push(await judge(held, manner, coding))
  }
  return judged
}

async function judge(held: Held, manner: Manner, coding: AskedCoding): Promise<Judged> {
  const { code, system = held.system } = coding
  if (code === undefined) return outright(coding, 'invalid', 'There is no code to validate')
  if (held.system !== undefined && system !== held.system) {
    return outright(coding, 'invalid', `The code is of ${beginningOf(system ?? '', 200)}, not of ${held.system}`)
  }
  if (system !== undefined) return ofSystem(held, manner, { ...coding, system, code })
  if (!held.set || !manner.inferSystem) {
    return outright(coding, 'invalid', `The code ${beginningOf(code)} has no system`)
  }
  return inferred(held, manner, { ...coding, code }, held.set)
}

/** A code without a system is one of the first system of the value set of which it is a member. */
async function inferred(
  held: Held,
  manner: Manner,
  coding: AskedCoding & { code: string },
  set: ResolvedSet,
): Promise<Judged> {
  let unknown: Judged | undefined
  let out: Judged | undefined
  for (const system of systemsOf(set)) {
    const judged = await ofSystem(held, manner, { ...coding, system })
    if (judged.result === 'in') return judged
    if (judged.result === 'unknown') unknown ??= judged
    // What its system has (on another day, in another state) is nearer than what none of the systems has.
    else if (!out || (!out.concept && judged.concept)) out = judged
  }
  const missing = missingOf(set)
  if (!unknown && missing !== undefined) {
    return { coding, result: 'unknown', said: [say('unknown', 'warning', 'not-found', `${missing}: not checked`)] }
  }
  return unknown ?? out ?? outright(coding, 'code-invalid', notIn(set, coding, undefined))
}

async function ofSystem(
  held: Held,
  manner: Manner,
  coding: AskedCoding & { system: string; code: string },
): Promise<Judged> {
  const { system, code, version } = coding
  const opened = await held.open(system, version)
  const set = opened && isPeriod(opened, version) ? await held.setOn(opened.day) : held.set
  const member = set && (await memberOf(set, system, code))
  const concept = member?.concept ?? (await opened?.source.find(code, opened.day))
  const why = opened && (await whyNot(opened, code, concept))
  const own = await inSystem(held, opened, concept, coding, why)
  const said: Said[] = [...(own.said ? [own.said] : [])]
  const result = member ? member.result : own.result
  if (member?.result === 'out') said.unshift(say('member', 'error', 'code-invalid', notIn(held.set, coding, why)))
  if (member?.result === 'unknown') {
    said.unshift(
      say('unknown', 'warning', 'not-found', `${member.reason ?? 'Not all of it is held here'}: not checked`),
    )
  }
  if (concept) said.push(...statesOf(concept, manner, result === 'in' ? why : undefined))
  said.push(...displayOf(coding, concept, member?.listed, manner))
  const known = { ...(opened ? { opened } : {}), ...(concept ? { concept } : {}) }
  return { coding, result, said, ...known, ...(member?.listed ? { listed: member.listed } : {}) }
}

/** Whether it is a code of its system at all. */
async function inSystem(
  held: Held,
  opened: Opened | undefined,
  concept: Concept | undefined,
  { system, code }: { system: string; code: string },
  why: string | undefined,
): Promise<{ result: Judged['result']; said?: Said }> {
  if (concept) return { result: 'in' }
  if (!opened) {
    if (await held.isValueSet(system)) {
      return { result: 'out', said: say('system', 'error', 'invalid', `${system} is a value set, no code system`) }
    }
    const text = `The code system ${beginningOf(system, 200)} is not held here: not checked`
    return { result: 'unknown', said: say('unknown', 'warning', 'not-found', text) }
  }
  if (opened.source.edition.content !== 'complete') {
    const text = `Only a part of the code system ${system} is held here, without ${beginningOf(code)}: not checked`
    return { result: 'unknown', said: say('unknown', 'warning', 'not-found', text) }
  }
  return { result: 'out', said: say('code', 'error', 'code-invalid', why ?? `${system} has no such code`) }
}

/** What a concept is that was found, and ought not to be; `why`: that it is a header. */
function statesOf(concept: Concept, { abstract }: Manner, why: string | undefined): Said[] {
  const said: Said[] = []
  if (concept.abstract && abstract === false) {
    said.push(say('abstract', 'error', 'code-invalid', `${concept.code} is abstract: not to be chosen`))
  }
  if (concept.inactive) said.push(say('inactive', 'warning', 'business-rule', `${concept.code} is inactive`))
  if (why !== undefined) said.push(say('header', abstract === false ? 'error' : 'warning', 'business-rule', why))
  return said
}

function displayOf(
  { display }: AskedCoding,
  concept: Concept | undefined,
  listed: ListedCode | undefined,
  { lenientDisplay }: Manner,
): Said[] {
  const names = namesOf(concept, listed)
  if (display === undefined || names.length === 0 || isName(display, names)) return []
  const text = `The name of ${concept?.code ?? listed?.code} is '${names[0]}', not '${beginningOf(display)}'`
  return [say('display', lenientDisplay ? 'warning' : 'error', 'invalid', text)]
}

function notIn(set: ResolvedSet | undefined, { system, code }: AskedCoding, why: string | undefined): string {
  const named = `${system === undefined ? '' : `${system}#`}${beginningOf(code ?? '')}`
  return `${named} is not in ${set?.label ?? 'the value set'}${why === undefined ? '' : `: ${why}`}`
}

function outright(coding: AskedCoding, code: string, text: string): Judged {
  return { coding, result: 'out', said: [say('member', 'error', code, text)] }
}

function say(kind: Said['kind'], severity: Issue['severity'], code: string, diagnostics: string): Said {
  return { kind, issue: { severity, code, diagnostics } }
}
