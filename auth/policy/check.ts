import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { storableTypes, typeTable } from '../../resources/definitions/definitions.ts'
import type { CriteriaPlace } from '../criteria.ts'
import type { Identity } from '../identity.ts'
import { criterionOf } from './compile.ts'
import type { Policy, PolicyRule } from './policy.ts'
import { namesOf, TYPE_GROUPS } from './type-groups.ts'
import { VARIABLES, variablesIn } from './variables.ts'

const schema: object = JSON.parse(readFileSync(join(import.meta.dirname, 'policy.schema.json'), 'utf8'))

// One fault is enough: of a document that anyone may send, all would cost too much.
const validate = new Ajv({ strict: true, allErrors: false }).compile<Policy>(schema)

/** What is wrong with the form of a policy, in words; undefined for one whose form is right. */
export function formFault(policy: unknown): string | undefined {
  if (!validate(policy)) {
    const [error] = validate.errors ?? []
    return `policy${error?.instancePath ?? ''} ${error?.message ?? 'is wrong'}`
  }
  for (const [at, rule] of policy.rules.entries()) {
    const fault = ruleFault(rule)
    if (fault !== undefined) return `policy/rules/${at} ${fault}`
  }
  return undefined
}

/** Whether this is a policy, by its form. */
export function isPolicy(policy: unknown): policy is Policy {
  return formFault(policy) === undefined
}

function ruleFault({ types, where = [], hidden = [], writable = [] }: PolicyRule): string | undefined {
  const stray = types.find((type) => !isTypeName(type))
  if (stray !== undefined) return `names ${stray}, which is no type and no group of types`
  const variable = where.flatMap(variablesIn).find((name) => !VARIABLES.has(name))
  if (variable !== undefined) return `has the variable {${variable}}, which is none`
  const known = storableOf(types)
  const element = [...hidden, ...writable].find((name) => !known.some((type) => hasElement(type, name.split('.'))))
  return element === undefined ? undefined : `names the element ${element}, which none of its types has`
}

/** Whether a path leads to an element of a type; a choice of types is named without its `[x]`. */
function hasElement(type: string, [first = '', ...rest]: readonly string[]): boolean {
  const elements = typeTable(type)?.elements ?? {}
  const name = [first, `${first}[x]`].find((one) => Object.hasOwn(elements, one))
  if (name === undefined) return false
  return rest.length === 0 || elements[name]!.types.some((inner) => hasElement(inner, rest))
}

function isTypeName(name: string): boolean {
  return name === '*' || (name.startsWith('@') ? TYPE_GROUPS.has(name.slice(1)) : storableTypes.has(name))
}

function storableOf(names: readonly string[]): string[] {
  return [...storableTypes].filter((type) => namesOf(type).some((name) => names.includes(name)))
}

/** Someone of whom all is known, so that each variable has a value. */
const ANYONE: Identity = {
  issuer: 'check',
  subject: 'check',
  client: 'check',
  scopes: [],
  patient: 'check',
  fhirUser: { type: 'Practitioner', id: 'check' },
  organization: 'check',
  expires: 0,
}

/**
 * What is wrong with a policy that is to be kept, in words: besides its form, criteria that a type which a rule names does not
 * know, or that no type of a group knows. Undefined for one that is in order.
 */
export async function policyFault(policy: unknown, place: CriteriaPlace): Promise<string | undefined> {
  const fault = formFault(policy)
  if (fault !== undefined) return fault
  for (const [at, { types, where = [] }] of (policy as Policy).rules.entries()) {
    for (const criterion of where) {
      for (const name of types) {
        const known = await Promise.all(storableOf([name]).map((type) => criterionOf(criterion, type, ANYONE, place)))
        if (known.every((one) => one === undefined)) return `policy/rules/${at} ${name} does not know "${criterion}"`
      }
    }
  }
  return undefined
}
