import { searchParameterTables } from '../resources/definitions/definitions.ts'
import type { SearchParameterTable, SearchType } from '../resources/definitions/shapes.ts'
import { compileExpression, typesOf } from '../resources/path/engine.ts'
import { routeFunction } from '../resources/path/evaluate.ts'
import { compileRoutes } from '../resources/path/routes.ts'

/** A value that a search parameter selects from a resource, with its FHIR type. */
export interface SelectedValue {
  value: unknown
  type: string
  /** Value set of the required binding of the element it comes from. */
  binding: string | undefined
}

/** A search parameter of one resource type. */
export interface SearchParameter {
  code: string
  type: SearchType
  url: string
  /** Resource types that a reference parameter may lead to; empty for any. */
  targets: readonly string[]
  select(resource: unknown): SelectedValue[]
}

/** The search types that can be indexed and searched. */
const INDEXED_TYPES: ReadonlySet<SearchType> = new Set([
  'token',
  'string',
  'reference',
  'uri',
  'date',
  'number',
  'quantity',
])

/** Parameters that are columns of the store, not index entries. */
const BUILT_IN = new Set(['_id', '_lastUpdated'])

const byType = new Map<string, ReadonlyMap<string, SearchParameter>>()

/** The indexed search parameters of a resource type by code, those of all resources included. */
export function parametersOf(typeName: string): ReadonlyMap<string, SearchParameter> {
  let parameters = byType.get(typeName)
  if (!parameters) {
    parameters = new Map(
      searchParameterTables
        .filter((table) => appliesTo(table, typeName) && INDEXED_TYPES.has(table.type) && !BUILT_IN.has(table.code))
        .map((table) => [table.code, compileParameter(table, typeName)]),
    )
    byType.set(typeName, parameters)
  }
  return parameters
}

/** Whether R4 defines a search parameter of this code for a type, be it one that can be searched here or not. */
export function isDefined(typeName: string, code: string): boolean {
  return searchParameterTables.some((table) => table.code === code && appliesTo(table, typeName))
}

function appliesTo(table: SearchParameterTable, typeName: string): boolean {
  return table.base.some((base) => base === typeName || base === 'Resource' || base === 'DomainResource')
}

function compileParameter(table: SearchParameterTable, typeName: string): SearchParameter {
  return {
    code: table.code,
    type: table.type,
    url: table.url,
    targets: table.targets ?? [],
    select: selector(table.expression, typeName),
  }
}

const IS_SUBJECT = 'http://hl7.org/fhir/StructureDefinition/questionnaireresponse-isSubject'

interface SubjectItem {
  extension?: { url: string }[]
  answer?: { valueReference?: object }[]
}

/** R4's two expressions that are no plain paths: by hand, they spare the engine's time and 30 MB. */
const BY_HAND: Record<string, SearchParameter['select']> = {
  'Patient.deceased.exists() and Patient.deceased != false': (resource) => {
    const { deceasedBoolean, deceasedDateTime } = resource as Record<string, unknown>
    const value = (deceasedBoolean ?? deceasedDateTime ?? false) !== false
    return [{ value, type: 'boolean', binding: undefined }]
  },
  [`QuestionnaireResponse.item.where(hasExtension('${IS_SUBJECT}')).answer.value.ofType(Reference)`]: (resource) => {
    const { item } = resource as { item?: SubjectItem[] }
    const answers = (item ?? []).filter(({ extension }) => extension?.some(({ url }) => url === IS_SUBJECT))
    return answers
      .flatMap(({ answer }) => answer ?? [])
      .flatMap(({ valueReference: value }) => (value ? [{ value, type: 'Reference', binding: undefined }] : []))
  },
}

function selector(expression: string, typeName: string): SearchParameter['select'] {
  const byHand = BY_HAND[expression]
  if (byHand) return byHand
  const routes = compileRoutes(expression, typeName)
  if (!routes) return engineSelector(expression)
  const branches = routes.map((route) => ({ run: routeFunction(route), type: route.type, binding: route.binding }))
  return (resource) => {
    const selected: SelectedValue[] = []
    for (const { run, type, binding } of branches) {
      for (const value of run(resource)) selected.push({ value, type, binding })
    }
    return selected
  }
}

function engineSelector(expression: string): SearchParameter['select'] {
  let run: ((resource: unknown) => unknown[]) | undefined
  return (resource) => {
    run ??= compileExpression(expression)
    const values = run(resource)
    const types = typesOf(values)
    return values.map((value, at) => ({ value, type: types[at] ?? '', binding: undefined }))
  }
}
