import { beginningOf } from '../resources/beginning.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { itemRanges, memberStart } from '../resources/json/outline.ts'
import type { JsonDocument } from '../resources/json/parse.ts'
import { checkStructure } from '../resources/validation/structure/check.ts'
import type { QueryPair } from '../search/query.ts'
import type { Given, GivenResource, Parameter, ParameterTable } from './parameter-table.ts'
import { readText, readValue, wrong } from './parameter-values.ts'

/** What an operation was asked with: the query of its URL, and its body. */
export interface Asked {
  query: readonly QueryPair[]
  document: JsonDocument | undefined
}

/** What was read: the input, and its plain values as a query would have them. */
export interface ReadInput<T extends ParameterTable> {
  given: Given<T>
  used: QueryPair[]
}

/** Parameters that say how the answer is sent. */
const OF_ALL = new Set(['_format', '_pretty'])

/** Parameters of one operation at the most. */
const MOST = 10_000

type Values = Record<string, unknown>

/**
 * Reads the input of a computation: from the query, from a Parameters, or from a bare resource, which is the only parameter that it can
 * be (R4 operations.html, "Executing an Operation"). Throws `invalid` for what the table does not allow.
 */
export function readGiven<T extends ParameterTable>(table: T, { query, document }: Asked): ReadInput<T> {
  const values: Values = {}
  const used: QueryPair[] = []
  for (const [name, text] of query) {
    if (OF_ALL.has(name) || text === '') continue
    const parameter = parameterOf(table, name)
    put(values, name, parameter, readText(name, parameter, text))
    used.push([name, text])
  }
  if (document?.value.resourceType === 'Parameters') readParameters(document, table, values, used)
  else if (document) readBare(document, table, values)
  demandAll(table, values)
  return { given: values as Given<T>, used }
}

function readBare(document: JsonDocument, table: ParameterTable, values: Values): void {
  const { resourceType } = document.value
  const [found, ...others] = Object.entries(table).filter(([, parameter]) => takes(parameter, resourceType))
  if (!found || others.length > 0) {
    throw FhirError.of('invalid', 'This operation takes a Parameters resource.', { expression: 'Parameters' })
  }
  const [name, parameter] = found
  put(values, name, parameter, checked(parameter, { ...document, path: String(resourceType) }))
}

function takes(parameter: Parameter, resourceType: unknown): boolean {
  if (!('type' in parameter) || parameter.type !== 'Resource') return false
  return parameter.unchecked || (parameter.types?.includes(String(resourceType)) ?? true)
}

interface ParametersEntry extends Record<string, unknown> {
  name: string
  resource?: Record<string, unknown>
  part?: ParametersEntry[]
}

function readParameters({ value, text }: JsonDocument, table: ParameterTable, values: Values, used: QueryPair[]): void {
  const entries = demandStructure(value)
  const texts = resourceTexts(text)
  for (const [at, { name, resource, ...rest }] of entries.entries()) {
    if (OF_ALL.has(name)) continue
    const parameter = parameterOf(table, name)
    const path = `Parameters.parameter[${at}].resource`
    const own = texts[at]
    const isResource = resource !== undefined && own !== undefined
    const given = isResource
      ? resourceOf(name, parameter, { value: resource, text: own, path })
      : entryOf(rest, name, parameter)
    put(values, name, parameter, given)
    if (typeof given !== 'object') used.push([name, String(given)])
  }
}

/** The entries of a Parameters; the resources in it are looked at by themselves. */
function demandStructure(value: Record<string, unknown>): ParametersEntry[] {
  const { parameter } = value
  const bare = Array.isArray(parameter) ? { ...value, parameter: parameter.map(withoutResource) } : value
  const issues = checkStructure(bare)
  if (issues.length > 0) throw new FhirError('invalid', issues)
  const entries = (parameter ?? []) as ParametersEntry[]
  if (entries.length > MOST)
    throw FhirError.of('invalid', `An operation takes ${MOST} parameters.`, { code: 'too-costly' })
  return entries
}

/** Another value stands in its place, so that a parameter which has both is still refused. */
function withoutResource(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || !('resource' in entry)) return entry
  const { resource, ...rest } = entry as Record<string, unknown>
  return typeof resource === 'object' && resource !== null
    ? { ...rest, resource: { resourceType: 'Basic', code: { text: '-' } } }
    : entry
}

/** The texts of the resources in a Parameters, by the number of their entry. */
function resourceTexts(text: Buffer): (Buffer | undefined)[] {
  const list = memberStart(text, 0, 'parameter')
  if (!list) return []
  return Array.from(
    itemRanges(text, list.valueStart, 'resource'),
    ({ member }) => member && text.subarray(member.valueStart, member.end),
  )
}

function resourceOf(name: string, parameter: Parameter, given: GivenResource): GivenResource {
  if ('type' in parameter && parameter.type === 'Resource') return checked(parameter, given)
  throw wrong(name, 'takes a value, and no resource')
}

/** A resource whose type and structure are right, where that is not the operation's matter. */
function checked(
  parameter: Parameter & { types?: readonly string[]; unchecked?: true },
  given: GivenResource,
): GivenResource {
  if (parameter.unchecked) return given
  const { value, text, path } = given
  const type = String(value.resourceType)
  if (parameter.types && !parameter.types.includes(type)) {
    throw FhirError.of('invalid', `A ${parameter.types.join(' or ')} is expected.`, { expression: path })
  }
  const issues = checkStructure(value, text)
  if (issues.length === 0) return given
  const placed = issues.map((issue) => ({
    ...issue,
    ...(issue.expression ? { expression: issue.expression.map((one) => `${path}${one.slice(type.length)}`) } : {}),
  }))
  throw new FhirError('invalid', placed)
}

function entryOf(entry: Record<string, unknown>, name: string, parameter: Parameter): unknown {
  if ('parts' in parameter) return partsOf((entry.part ?? []) as ParametersEntry[], parameter.parts)
  return readValue(name, parameter.type, entry)
}

function partsOf(parts: readonly ParametersEntry[], table: ParameterTable): Values {
  const values: Values = {}
  for (const { name, resource, ...rest } of parts) {
    const parameter = parameterOf(table, name)
    if (resource) throw wrong(name, 'takes a value, and no resource')
    put(values, name, parameter, entryOf(rest, name, parameter))
  }
  demandAll(table, values)
  return values
}

function parameterOf(table: ParameterTable, name: string): Parameter {
  if (Object.hasOwn(table, name)) return table[name]!
  const words = `This operation takes ${Object.keys(table).join(', ')}; not this: ${beginningOf(name)}.`
  throw FhirError.of('invalid', words, { code: 'not-supported' })
}

function put(values: Values, name: string, { max }: Parameter, value: unknown): void {
  if (max === '*') values[name] = [...((values[name] as unknown[] | undefined) ?? []), value]
  else if (values[name] === undefined) values[name] = value
  else throw wrong(name, 'is given once')
}

/** Lists that nothing was given for are empty. */
function demandAll(table: ParameterTable, values: Values): void {
  for (const [name, { max, min }] of Object.entries(table)) {
    if (max === '*') values[name] ??= []
    const isThere = max === '*' ? (values[name] as unknown[]).length > 0 : values[name] !== undefined
    if (min === 1 && !isThere) throw FhirError.of('invalid', `This operation takes ${name}.`, { code: 'required' })
  }
}
