import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import type { RuleName, ScreenRules } from './settings.ts'

const read = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'))

// One fault is enough: of a document that anyone may send, all would cost too much.
const validate = new Ajv({ strict: true, allErrors: false }).compile<ScreenRules>(read('rules.schema.json') as object)

/** What is wrong with a document of rules, in words; undefined for one that is in order. */
export function rulesFault(document: unknown): string | undefined {
  if (validate(document)) return undefined
  const [error] = validate.errors ?? []
  return `rules${error?.instancePath ?? ''} ${error?.message ?? 'is wrong'}`
}

/** Whether these are rules for a screen. */
export function isScreenRules(document: unknown): document is ScreenRules {
  return rulesFault(document) === undefined
}

/** The rules that come with chartroom. */
export const SHIPPED_RULES: ScreenRules = shipped()

/** The names of all rules. */
export const RULE_NAMES = Object.keys(SHIPPED_RULES.rules) as RuleName[]

function shipped(): ScreenRules {
  const document = read('shipped-rules.json')
  const fault = rulesFault(document)
  if (fault !== undefined) throw new Error(`shipped-rules.json: ${fault}`)
  return document as ScreenRules
}
