import type { Binding } from '../../definitions/shapes.ts'
import type { Finding, Place, Run } from '../place.ts'
import type { AskedCoding, CodeVerdict } from '../question.ts'
import { type Coded, codedOf, shownCoding } from './codings.ts'

/**
 * Checks a value against what it is bound to: a CodeableConcept (one of its codings is enough), a Coding, the unit of a Quantity, or a
 * code, uri or string. What is out of a required one is an error, of an extensible
 * one a warning, of a preferred one an information; an example binds nobody. `maxValueSet` is required whatever the strength.
 * That nobody knows is never an error. Types that tell no code pass.
 */
export function checkBinding(place: Place, binding: Binding, run: Run): void {
  const { strength, valueSet, maxValueSet } = binding
  if (strength === 'example' && maxValueSet === undefined) return
  const coded = codedOf(place)
  if (!coded) return
  if (coded.codings.length === 0) {
    if (!coded.isAbsent) checkEmpty(place, binding, run)
    return
  }
  if (maxValueSet !== undefined && !isIn(place, coded, MOST, maxValueSet, run)) return
  // A list of what is common is not worth a word where codes without end are allowed (languages).
  const isTold = strength !== 'example' && !(strength === 'preferred' && maxValueSet !== undefined)
  if (isTold) isIn(place, coded, TELLINGS[strength], valueSet, run)
}

/** How it is told that a code is out, and that nobody knows. */
interface Telling {
  messageId: string
  out: Finding['severity']
  unknown?: Finding['severity']
  words: string
}

const TELLINGS: Record<'required' | 'extensible' | 'preferred', Telling> = {
  required: { messageId: 'binding-required', out: 'error', unknown: 'warning', words: 'is required' },
  extensible: {
    messageId: 'binding-extensible',
    out: 'warning',
    unknown: 'information',
    words: 'is to be used where it has a code that fits',
  },
  preferred: { messageId: 'binding-preferred', out: 'information', words: 'is preferred' },
}

const MOST: Telling = {
  messageId: 'binding-max',
  out: 'error',
  unknown: 'warning',
  words: 'is the most that may be used',
}

/** Whether nothing is wrong, or nobody knows. Tells what is. */
function isIn(place: Place, { codings, inferSystem }: Coded, telling: Telling, valueSet: string, run: Run): boolean {
  const verdict = run.known.verdict({ valueSet, codings, ...(inferSystem ? { inferSystem } : {}) })
  if (!verdict || verdict.result === 'in') return true
  const { severity, messageId, diagnostics } = wordsOf(codings, telling, valueSet, verdict)
  if (severity)
    run.report(place, {
      severity,
      code: verdict.result === 'out' ? 'code-invalid' : 'not-found',
      messageId,
      diagnostics,
    })
  return verdict.result === 'unknown'
}

function wordsOf(
  codings: readonly AskedCoding[],
  telling: Telling,
  valueSet: string,
  { result, message }: CodeVerdict,
) {
  const { out, unknown, messageId, words } = telling
  const shown = codings.slice(0, MOST_SHOWN).map(shownCoding).join(', ') + (codings.length > MOST_SHOWN ? ' …' : '')
  const why = message === undefined ? '' : ` ${message}`
  if (result === 'out') {
    const isOne = codings.length === 1
    // What terminology says of one code names it and the value set already.
    if (isOne && message?.includes(' is not in '))
      return { severity: out, messageId, diagnostics: `${message}. The value set ${words}.` }
    const diagnostics = `${shown} ${isOne ? 'is' : 'are'} not in ${valueSet}, which ${words}.${why}`
    return { severity: out, messageId, diagnostics }
  }
  const diagnostics = `Not checked whether ${shown} is in ${valueSet}, which ${words}.${why}`
  return { severity: unknown, messageId: 'binding-not-checked', diagnostics }
}

/** Codings that a message quotes. */
const MOST_SHOWN = 3

/** A value that tells no code, where a code has to be: it may be a text alone where the strength does not ask for one. */
function checkEmpty(place: Place, { strength, valueSet, maxValueSet }: Binding, run: Run): void {
  if (strength !== 'required' && maxValueSet === undefined) return
  run.report(place, {
    severity: strength === 'required' ? 'error' : 'warning',
    code: 'code-invalid',
    messageId: 'binding-no-code',
    diagnostics: `There is no code here, and one of ${strength === 'required' ? valueSet : maxValueSet} is to be.`,
  })
}
