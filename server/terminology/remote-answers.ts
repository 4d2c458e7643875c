import type { Concept, ConceptProperty, Designation } from '../../resources/terminology/concept.ts'

/** A parameter of an answer, as far as it is looked at. Another server wrote it: nothing of it is certain. */
type Parameter = Readonly<Record<string, unknown>> & { name?: unknown; part?: unknown }

const TYPES: Readonly<Record<string, ConceptProperty['type']>> = {
  valueCode: 'code',
  valueString: 'string',
  valueBoolean: 'boolean',
  valueInteger: 'integer',
  valueDecimal: 'decimal',
  valueDateTime: 'dateTime',
}

/** A value of a parameter of this name; undefined for none. */
export function parameterOf(parameters: object, name: string): unknown {
  const found = partsOf(parameters, 'parameter').find((one) => one.name === name)
  return found && Object.entries(found).find(([key]) => key.startsWith('value'))?.[1]
}

/** Whether a $validate-code was answered for want of the code system: not by its codes. */
export function saysNotHeld(answer: object): boolean {
  if (
    parameterOf(answer, 'x-unknown-system') !== undefined ||
    parameterOf(answer, 'x-caused-by-unknown-system') !== undefined
  ) {
    return true
  }
  const outcome = partsOf(answer, 'parameter').find(({ name }) => name === 'issues')?.resource
  const issues = typeof outcome === 'object' && outcome !== null ? partsOf(outcome, 'issue') : []
  return issues.some(({ code }) => code === 'not-found' || code === 'not-supported')
}

/** What R4 $lookup says of a code. */
export function conceptOf(code: string, answer: object): Concept {
  const parameters = partsOf(answer, 'parameter')
  const display = parameterOf(answer, 'display')
  const definition = parameterOf(answer, 'definition')
  const properties = parameters.filter(({ name }) => name === 'property').flatMap(propertyOf)
  const designations = parameters.filter(({ name }) => name === 'designation').flatMap(designationOf)
  const parents = properties.filter((one) => one.code === 'parent').map(({ value }) => String(value))
  const isTrue = (name: string) => properties.some((one) => one.code === name && String(one.value) === 'true')
  return {
    code,
    display: typeof display === 'string' ? display : '',
    ...(typeof definition === 'string' ? { definition } : {}),
    ...(designations.length > 0 ? { designations } : {}),
    ...(properties.length > 0 ? { properties } : {}),
    ...(parents.length > 0 ? { parents } : {}),
    ...(isTrue('inactive') ? { inactive: true } : {}),
    ...(isTrue('notSelectable') || parameterOf(answer, 'abstract') === true ? { abstract: true } : {}),
  }
}

/** The concepts of an expansion that are of a system, those within others too. */
export function conceptsOf(valueSet: object, system: string): Concept[] {
  const found: Concept[] = []
  const waiting = [...partsOf((valueSet as { expansion?: object }).expansion ?? {}, 'contains')].reverse()
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    const { code, display } = one
    if (typeof code === 'string' && (one.system === undefined || one.system === system)) {
      found.push({
        code,
        display: typeof display === 'string' ? display : '',
        ...(one.inactive === true ? { inactive: true } : {}),
        ...(one.abstract === true ? { abstract: true } : {}),
      })
    }
    waiting.push(...[...partsOf(one, 'contains')].reverse())
  }
  return found
}

/** How many concepts an expansion has in all, where it tells. */
export function totalOf(valueSet: object): number | undefined {
  const total = (valueSet as { expansion?: { total?: unknown } }).expansion?.total
  return typeof total === 'number' && Number.isInteger(total) && total >= 0 ? total : undefined
}

function propertyOf(parameter: Parameter): ConceptProperty[] {
  const parts = partsOf(parameter, 'part')
  const code = textOf(parts, 'code')
  const value = parts.find(({ name }) => name === 'value')
  if (code === undefined || !value) return []
  const key = Object.keys(value).find((one) => one.startsWith('value'))
  const plain = key === undefined ? undefined : value[key]
  const display = textOf(parts, 'description')
  if (key === 'valueCoding' && typeof plain === 'object' && plain !== null) {
    const coding = plain as { code?: unknown; system?: unknown; display?: unknown }
    if (typeof coding.code !== 'string') return []
    return [
      {
        code,
        type: 'Coding',
        value: coding.code,
        ...(typeof coding.system === 'string' ? { system: coding.system } : {}),
      },
    ]
  }
  const type = key === undefined ? undefined : TYPES[key]
  if (!type || (typeof plain !== 'string' && typeof plain !== 'number' && typeof plain !== 'boolean')) return []
  return [{ code, type, value: plain, ...(display === undefined ? {} : { display }) }]
}

function designationOf(parameter: Parameter): Designation[] {
  const parts = partsOf(parameter, 'part')
  const value = textOf(parts, 'value')
  if (value === undefined) return []
  const language = textOf(parts, 'language')
  const use = parts.find(({ name }) => name === 'use')?.valueCoding as { system?: unknown; code?: unknown } | undefined
  return [
    {
      value,
      ...(language === undefined ? {} : { language }),
      ...(typeof use?.code === 'string'
        ? { use: { code: use.code, ...(typeof use.system === 'string' ? { system: use.system } : {}) } }
        : {}),
    },
  ]
}

function textOf(parts: readonly Parameter[], name: string): string | undefined {
  const found = parts.find((one) => one.name === name)
  const value = found && Object.entries(found).find(([key]) => key.startsWith('value'))?.[1]
  return typeof value === 'string' ? value : undefined
}

function partsOf(holder: object, name: string): Parameter[] {
  const parts = (holder as Record<string, unknown>)[name]
  return Array.isArray(parts) ? parts.filter((one): one is Parameter => typeof one === 'object' && one !== null) : []
}
