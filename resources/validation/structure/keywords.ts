import { type Member, membersOf, typeTable } from '../../definitions/definitions.ts'

/** A fault that the keyword `fhir` finds, in the shape of ajv's errors. */
export interface Fault {
  keyword: 'fhir'
  message: string
  instancePath: string
  params: { code: string; name: string }
}

/** What the keyword checks of a type, drawn from its members once. */
interface Rules {
  /** Names of which one must be there: of one element, or of all types of a choice. */
  required: { element: string; names: string[] }[]
  choices: { element: string; names: ReadonlySet<string> }[]
  /** Primitive elements that repeat: the value list and the `_` list must fit each other. */
  lists: string[]
}

const rulesByType = new Map<string, Rules>()

/**
 * What JSON schema says badly of an object of a type: required elements (a primitive may have only its `_` sibling),
 * choices given twice, and lists of primitives whose nulls have no sibling. Returns the faults.
 */
export function checkObject(typeName: string, data: Record<string, unknown>, instancePath: string): Fault[] {
  const rules = rulesOf(typeName)
  const faults: Fault[] = []
  const fault = (code: string, name: string, message: string) =>
    faults.push({ keyword: 'fhir', message, instancePath, params: { code, name } })
  for (const { element, names } of rules.required) {
    if (!names.some((name) => has(data, name))) fault('required', element, `The element ${element} is missing.`)
  }
  for (const { element, names } of rules.choices) {
    const given = givenOf(data, names)
    if (given.length > 1) fault('structure', given[1]!, `Only one of ${element} may be given: ${given.join(', ')}.`)
  }
  for (const name of rules.lists) {
    const values = data[name]
    const siblings = data[`_${name}`]
    if (values === undefined && siblings === undefined) continue
    if (!fits(values, siblings)) {
      fault('structure', name, `The lists ${name} and _${name} do not fit each other: a null needs its counterpart.`)
    }
  }
  return faults
}

function rulesOf(typeName: string): Rules {
  let rules = rulesByType.get(typeName)
  if (!rules) {
    rules = makeRules(typeName)
    rulesByType.set(typeName, rules)
  }
  return rules
}

function makeRules(typeName: string): Rules {
  const rules: Rules = { required: [], choices: [], lists: [] }
  const members = [...membersOf(typeName)]
  for (const [element, { min, types }] of Object.entries(typeTable(typeName)?.elements ?? {})) {
    const names = members.filter(([, member]) => member.name === element).map(([name]) => name)
    if (min > 0) rules.required.push({ element, names })
    if (types.length > 1 && element.endsWith('[x]')) rules.choices.push({ element, names: new Set(names) })
  }
  rules.lists = members.filter(([, member]) => isPrimitiveList(member)).map(([name]) => name)
  return rules
}

function isPrimitiveList(member: Member): boolean {
  return member.primitive && member.element.max !== 1
}

/** Which elements of a choice are given. An object has few members where a choice has up to fifty. */
function givenOf(data: Record<string, unknown>, names: ReadonlySet<string>): string[] {
  const given: string[] = []
  for (const member in data) {
    const name = member.startsWith('_') ? member.slice(1) : member
    if (names.has(name) && !given.includes(name)) given.push(name)
  }
  return given.length > 1 ? [...names].filter((name) => given.includes(name)) : given
}

function has(data: Record<string, unknown>, name: string): boolean {
  return data[name] !== undefined || data[`_${name}`] !== undefined
}

/** Every place of the longer list has a value, a sibling or both. */
function fits(values: unknown, siblings: unknown): boolean {
  const ones = Array.isArray(values) ? values : []
  const others = Array.isArray(siblings) ? siblings : []
  for (let at = 0; at < Math.max(ones.length, others.length); at++) {
    if ((ones[at] ?? null) === null && (others[at] ?? null) === null) return false
  }
  return true
}
