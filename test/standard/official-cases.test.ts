import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Issue } from '../../resources/fhir-error.ts'
import { LAYERS } from '../../resources/validation/layers.ts'
import { Validator } from '../../resources/validation/validator.ts'
import { isValid, judge, type OfficialCase, readCases, skip } from './official-cases.ts'
import { R4_KNOWLEDGE } from './r4-knowledge.ts'

/** Why a case differs, by its name. */
const MISSES: Record<string, string> = JSON.parse(readFileSync(join(import.meta.dirname, 'known-misses.json'), 'utf8'))

/** The least part of cases that agree, by bucket: base conformance and JSON itself, and all that needs more. */
const LEAST_BASE = 0.95
const LEAST_REST = 0.75

const isBase = ({ bucket }: OfficialCase) => bucket === 'base' || bucket === 'json-syntax'

t.test('the verdicts of the reference validator', { skip }, async (t) => {
  const { cases, files } = await readCases()
  const validator = new Validator(LAYERS)
  const agreement = new Map<string, { agree: number; all: number }>()
  const asked = process.env.CASES
  const misses: string[] = []
  for (const one of cases) {
    const issues = await judge(validator, files.get(one.file)!, R4_KNOWLEDGE)
    const agrees = isValid(issues) === one.valid
    const count = agreement.get(one.bucket) ?? { agree: 0, all: 0 }
    agreement.set(one.bucket, { agree: count.agree + Number(agrees), all: count.all + 1 })
    if (!agrees) misses.push(one.name)
    if (asked === one.name || (asked === 'all' && !agrees)) tell(one, issues)
    const reason = MISSES[one.name]
    if (agrees) t.equal(reason, undefined, `${one.name} agrees now: take it out of known-misses.json`)
    else t.ok(reason, `${one.name} (${one.bucket}) is ${one.valid ? 'valid' : 'not valid'}`)
  }
  for (const name of Object.keys(MISSES))
    t.ok(misses.includes(name), `${name} of known-misses.json is a case that differs`)
  for (const [bucket, { agree, all }] of agreement) t.comment(`${bucket}: ${agree} of ${all} agree`)
  for (const name of misses) t.comment(`differs: ${name}: ${MISSES[name] ?? 'not known'}`)
  const part = (wanted: boolean) => {
    const those = cases.filter((one) => isBase(one) === wanted)
    return 1 - those.filter(({ name }) => misses.includes(name)).length / those.length
  }
  t.comment(`base and json-syntax: ${(100 * part(true)).toFixed(1)} %; the rest: ${(100 * part(false)).toFixed(1)} %`)
  t.ok(part(true) >= LEAST_BASE, 'base and json-syntax')
  t.ok(part(false) >= LEAST_REST, 'the rest')
})

/** Prints a case with what both sides say of it. */
function tell({ name, bucket, valid, errors }: OfficialCase, issues: readonly Issue[]): void {
  t.comment(`${name} (${bucket}): ${valid ? 'valid' : 'not valid'} there`)
  for (const { text, expression } of errors ?? []) t.comment(`   there: ${text.slice(0, 200)} ${expression ?? ''}`)
  for (const { severity, diagnostics, expression } of issues)
    t.comment(`   here: ${severity} ${diagnostics} ${expression ?? ''}`)
}
