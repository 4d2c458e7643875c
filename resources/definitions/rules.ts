import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElementRules, TypeRules } from './shapes.ts'

const FILE = join(import.meta.dirname, 'r4-rules.json')

const NONE: TypeRules = {}

let compiled: Record<string, TypeRules> | undefined

/**
 * What R4 asks of the elements of a type beyond shape and invariants: bindings, profiles. Nested types (`Patient.contact`) have
 * their own, also for elements that refer to them (contentReference). Read when first asked for: only validation needs it.
 */
export function rulesOf(type: string): TypeRules {
  compiled ??= load()
  return Object.hasOwn(compiled, type) ? compiled[type]! : NONE
}

/** The same of one element (`value[x]`) of a type; undefined where nothing is asked of it. */
export function elementRules(type: string, element: string): ElementRules | undefined {
  const rules = rulesOf(type)
  return Object.hasOwn(rules, element) ? rules[element] : undefined
}

function load(): Record<string, TypeRules> {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, TypeRules>
  } catch (error) {
    throw new Error(`the compiled definitions (${FILE}) cannot be read; run \`npm run definitions\``, { cause: error })
  }
}
