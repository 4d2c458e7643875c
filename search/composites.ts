import { membersOf, searchParameterTables } from '../resources/definitions/definitions.ts'
import type { SearchParameterTable } from '../resources/definitions/shapes.ts'
import { routeFunction } from '../resources/path/evaluate.ts'
import { compileRoutes, type Route } from '../resources/path/routes.ts'
import type { CompositeBranch, GroupedElements, GroupedPart, SearchParameter } from './parameter.ts'
import { selector } from './selector.ts'

type Component = NonNullable<SearchParameterTable['components']>[number]

const OFFICIAL: ReadonlySet<SearchParameterTable> = new Set(searchParameterTables)

/** What is asked of all parameters, and told of them. */
interface Registry {
  /** The definition of a url. */
  definition(url: string): SearchParameterTable | undefined
  onOverrun(typeName: string, code: string): void
}

/** Work on the composites of one type: the elements that they share are indexed once. */
interface Work {
  typeName: string
  tables: readonly SearchParameterTable[]
  plain: ReadonlyMap<string, SearchParameter>
  registry: Registry
  grouped: Map<string, GroupedElements>
}

/**
 * The composite parameters of a type, made of its other parameters (`plain`, of `tables`) and of elements that have to
 * be indexed in groups for them.
 */
export function compileComposites(
  typeName: string,
  tables: readonly SearchParameterTable[],
  plain: ReadonlyMap<string, SearchParameter>,
  registry: Registry,
): { composites: SearchParameter[]; grouped: GroupedElements[] } {
  const work: Work = { typeName, tables, plain, registry, grouped: new Map() }
  // A stored parameter may go: what R4's own are made of must not hang on it.
  const official: Work = { ...work, tables: tables.filter((table) => OFFICIAL.has(table)) }
  const composites = tables
    .filter(({ type }) => type === 'composite')
    .flatMap((table) => compileComposite(OFFICIAL.has(table) ? official : work, table))
  return { composites, grouped: [...work.grouped.values()] }
}

/** One that this server cannot make out of its parts stays unknown, and is refused as not built. */
function compileComposite(work: Work, table: SearchParameterTable): SearchParameter[] {
  const { code, type, url, components = [] } = table
  const routes = compileRoutes(table.expression, work.typeName)
  const isBuilt = components.every(({ definition }) => isPlain(work.registry.definition(definition)))
  if (!routes || components.length === 0 || !isBuilt) return []
  const branches = routes.map((route) => compileBranch(work, route, components))
  return [{ code, type, url, targets: [], select: () => [], branches }]
}

function isPlain(table: SearchParameterTable | undefined): boolean {
  return table !== undefined && table.type !== 'composite' && table.type !== 'special'
}

function compileBranch(work: Work, route: Route, components: readonly Component[]): CompositeBranch {
  if (route.moves.length === 0) {
    const parts = components.map((component) => parameterFor(work, component)).filter((part) => part !== undefined)
    if (parts.length === components.length) return { on: 'resource', parts }
  }
  return { on: 'element', parts: components.map((component) => partFor(work, route, component).parameter) }
}

/**
 * The parameter of the resource that a component stands for. That of its definition may look elsewhere too: `combo-code`
 * is the code of the Observation and those of its components, which would meet across elements.
 */
function parameterFor(work: Work, component: Component): SearchParameter | undefined {
  const { typeName, tables, plain } = work
  const definition = work.registry.definition(component.definition)!
  const wanted = compileRoutes(withTypeNames(component.expression), typeName) ?? []
  const element = elementOf(typeName, wanted[0])
  const fits = (table: SearchParameterTable) => {
    const routes = compileRoutes(table.expression, typeName) ?? []
    const ends = new Set(routes.map(printRoute))
    return (
      routes.every((route) => elementOf(typeName, route) === element) &&
      wanted.every((route) => ends.has(printRoute(route)))
    )
  }
  const others = tables.filter(({ type, url }) => type === definition.type && url !== definition.url)
  const found = element === undefined ? undefined : [definition, ...others].find(fits)
  return found && plain.get(found.code)
}

/** The element below a type that a route begins with: `value[x]`. */
function elementOf(typeName: string, route: Route | undefined): string | undefined {
  const [first] = route?.moves ?? []
  return first?.kind === 'member' ? membersOf(typeName).get(first.name)?.name : undefined
}

function printRoute({ moves, type }: Route): string {
  return JSON.stringify([moves, type])
}

/** The parameter that a component of an element is indexed under, the same for all composites that ask for it. */
function partFor(work: Work, route: Route, component: Component): GroupedPart {
  const { typeName, grouped, registry } = work
  const { expression } = component
  const path = route.moves.map((move) => (move.kind === 'member' ? move.name : JSON.stringify(move))).join('.')
  const elements = grouped.get(path) ?? { find: routeFunction(route), parts: [] }
  grouped.set(path, elements)
  const { type, url, targets = [] } = definitionFor(work, route, component)
  const code = `${path}#${expression}`
  const known = elements.parts.find(({ parameter }) => parameter.code === code && parameter.type === type)
  if (known) return known
  const ofResource = /^%resource\.(.+)$/.exec(expression)?.[1]
  const select = selector(ofResource ?? withTypeNames(expression), ofResource ? typeName : route.type, () =>
    registry.onOverrun(typeName, code),
  )
  const part: GroupedPart = {
    parameter: { code, type, url, targets, select: () => [] },
    selectIn: (element, resource) => select(ofResource ? resource : element),
  }
  elements.parts.push(part)
  return part
}

/**
 * The definition of an element's component. R4 gives the two of `DocumentReference.relationship` the wrong way round:
 * where the one that is named selects something else, it is that which selects what the expression says.
 */
function definitionFor(work: Work, route: Route, component: Component): SearchParameterTable {
  const { typeName, tables } = work
  const named = work.registry.definition(component.definition)!
  if (component.expression.startsWith('%')) return named
  const wanted = (compileRoutes(withTypeNames(component.expression), route.type) ?? []).map((inner) =>
    printRoute({ ...inner, moves: [...route.moves, ...inner.moves] }),
  )
  const fits = ({ expression }: SearchParameterTable) =>
    compileRoutes(expression, typeName)?.some((found) => wanted.includes(printRoute(found)))
  return [named, ...tables.filter(isPlain)].find(fits) ?? named
}

/** R4 writes `as(DateTime)` for dateTime. */
function withTypeNames(expression: string): string {
  return expression.replaceAll('as(DateTime)', 'as(dateTime)')
}
