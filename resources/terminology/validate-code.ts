import type { CodeQuestion, CodeVerdict } from '../validation/question.ts'
import type { ValidateCodeAnswer } from './answers.ts'
import { versionOn } from './days.ts'
import { nameIn } from './displays.ts'
import type { Judged, Manner } from './judged.ts'

/** The answer of R4 $validate-code: the first coding that is valid, else all that is wrong with each. */
export function answerOf(judged: readonly Judged[], manner: Manner): ValidateCodeAnswer {
  const right = judged.find(isRight)
  const chosen = right ?? judged.find(({ result }) => result !== 'out') ?? judged[0]
  const told = right ? [right] : judged
  // That a code is none of its system is said already where it is out of the value set for that.
  const issues = told.flatMap(({ said }) => {
    const out = said.some(({ kind }) => kind === 'member')
    return said.filter(({ kind }) => !(out && kind === 'code')).map(({ issue }) => issue)
  })
  const message = [...new Set(issues.map(({ diagnostics }) => diagnostics))].join('; ')
  return {
    result: right !== undefined,
    ...(!right && judged.some(({ result }) => result === 'unknown') ? { unknown: true as const } : {}),
    ...(message === '' ? {} : { message }),
    ...(chosen ? detailsOf(chosen, manner) : {}),
    issues: chosen ? issues : [{ severity: 'error', code: 'invalid', diagnostics: 'There is no code to validate' }],
  }
}

function isRight({ result, said }: Judged): boolean {
  return result === 'in' && !said.some(({ issue }) => issue.severity === 'error')
}

function detailsOf(
  { coding, opened, concept, listed }: Judged,
  { displayLanguage }: Manner,
): Partial<ValidateCodeAnswer> {
  const { system, code } = coding
  const version = opened && versionOn(opened.source.edition, opened.day)
  const display = nameIn(displayLanguage, concept, listed)
  return {
    ...(system === undefined ? {} : { system }),
    ...(code === undefined ? {} : { code: concept?.code ?? code }),
    ...(version === undefined ? {} : { version }),
    ...(display === undefined ? {} : { display }),
    ...(concept?.inactive ? { inactive: true } : {}),
  }
}

/** The verdict that a validation asks for. A wrong name or a retired code puts nothing out of a value set. */
export function verdictOf({ valueSet }: CodeQuestion, judged: readonly Judged[]): CodeVerdict {
  const faults = judged.flatMap(({ said }, coding) => said.flatMap(({ kind, issue }) => faultOf(coding, kind, issue)))
  if (judged.some(({ result }) => result === 'in')) return { result: 'in', faults }
  const least = judged.find(({ result }) => result === 'unknown') ?? judged[0]
  const text = least?.said.map(({ issue }) => issue.diagnostics)[0]
  return { result: least?.result ?? 'out', message: text ?? `There is no code of ${valueSet ?? 'a system'}`, faults }
}

const FAULTS: ReadonlySet<string> = new Set(['display', 'code', 'system', 'inactive'])

function faultOf(coding: number, kind: string, { diagnostics }: { diagnostics: string }): CodeVerdict['faults'] {
  if (!FAULTS.has(kind)) return []
  return [{ coding, kind: kind as CodeVerdict['faults'][number]['kind'], message: diagnostics }]
}
