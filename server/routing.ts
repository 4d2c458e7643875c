import type { Interaction, Permission } from '../auth/access.ts'
import { type ComputationLevel, isComputation } from '../operations/computation.ts'
import { type Declared, operationAt, systemOperation } from '../operations/registry.ts'
import { beginningOf } from '../resources/beginning.ts'
import { compartmentTables, storableTypes } from '../resources/definitions/definitions.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { APART } from '../search/apart.ts'
import type { Compartment } from '../search/compartment.ts'

/** An interaction, and what it is asked of. */
export interface Destination {
  interaction: Interaction
  type?: string
  id?: string
  version?: string
  /** Code of an operation, without `$`. */
  operation?: string
  /** Of an operation: the type that the caller needs a permission of (`Inquiry.judgedBy`). */
  judgedBy?: string
  /** Of an operation: permissions of which the caller needs one, in the place of that to search (`Computation.needs`). */
  anyOf?: readonly Permission[]
  /** Of an operation that changes something, only how it stands is asked for. */
  onlyLooks?: true
  /** Of a search within a compartment; `type` is then what is searched for. */
  compartment?: Compartment
}

/** What a method and a path below the FHIR base ask for. */
export interface Route extends Destination {
  /** The path with its variable parts named: fit for logs and metrics. */
  template: string
}

/** A known path asked with a method that it does not have. */
export class MethodNotAllowed extends FhirError {
  readonly allow: string

  constructor(methods: string[]) {
    const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
    const diagnostics = `This URL takes ${allow}.`
    super('method-not-allowed', [{ severity: 'error', code: 'not-supported', diagnostics }])
    this.allow = allow
  }
}

/** Paths by their template; `:type` and `:inner` must be resource types, and that of a compartment stands before `:inner`. */
const PATHS: Record<string, Record<string, Route['interaction']>> = {
  '': { GET: 'search-system', POST: 'bundle' },
  metadata: { GET: 'capabilities' },
  _search: { POST: 'search-system' },
  _history: { GET: 'history-system' },
  ':type': { GET: 'search-type', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' },
  ':type/_search': { POST: 'search-type' },
  ':type/_history': { GET: 'history-type' },
  ':type/:id': { GET: 'read', PUT: 'update', PATCH: 'patch', DELETE: 'delete' },
  ':type/:id/_history': { GET: 'history-instance' },
  ':type/:id/_history/:version': { GET: 'vread' },
  ':type/:id/:inner': { GET: 'search-type' },
  ':type/:id/:inner/_search': { POST: 'search-type' },
  ':type/:id/*': { GET: 'search-system' },
  ':type/:id/*/_search': { POST: 'search-system' },
}

/** Characters of a path at the most; the longest that means something has two ids of 64, perhaps percent-encoded. */
const LONGEST = 1024

/**
 * Finds the interaction that a method and a path below the FHIR base mean; a `/` at either end of the path is of no
 * weight. Throws `not-found` for a path that is none, MethodNotAllowed for a method that it does not have.
 */
export function routeOf(method: string, path: string): Route {
  if (path.length > LONGEST) throw nothingThere()
  const segments = path.split('/').filter((segment) => segment !== '')
  for (const [at, segment] of segments.entries()) segments[at] = decode(segment)
  const template = templateOf(segments)
  const shape = SHAPES.get(template) ?? shapeOfOperation(template, segments)
  if (!shape) throw nothingThere()
  if (shape.type) demandType(segments[0]!)
  if (shape.inner) demandType(segments[2]!)
  const methods = shape.type ? methodsOf(segments[0]!, shape) : shape.methods
  const interaction = methods[method === 'HEAD' ? 'GET' : method]
  if (shape.compartment && !compartmentTables.has(segments[0]!)) throw nothingThere()
  if (!interaction) throw new MethodNotAllowed(Object.keys(methods))
  if (shape.system) return { ...systemRoute(interaction, template, method), ...neededBy(shape) }
  return { interaction, template, ...(shape.compartment ? withinCompartment(segments) : placeOf(shape, segments)) }
}

/** What a template's segments are, worked out once. */
interface Shape {
  methods: Record<string, Interaction>
  type: boolean
  id: boolean
  inner: boolean
  version: boolean
  compartment: boolean
  /** An operation of the whole server. */
  system: boolean
  judgedBy?: string
  anyOf?: readonly Permission[]
}

/** What nobody asks of a type that is kept apart: its resources are written once. */
const NEVER_APART: ReadonlySet<Interaction> = new Set(['update', 'patch', 'delete'])

function methodsOf(type: string, { methods }: Shape): Shape['methods'] {
  if (!APART.has(type)) return methods
  return Object.fromEntries(Object.entries(methods).filter(([, interaction]) => !NEVER_APART.has(interaction)))
}

function shapeOf(template: string, methods: Record<string, Interaction>): Shape {
  return {
    methods,
    type: template.startsWith(':type'),
    id: template.includes(':id'),
    inner: template.includes(':inner'),
    version: template.endsWith(':version'),
    compartment: /^:type\/:id\/(:inner|\*)/.test(template),
    system: template.startsWith('$'),
  }
}

const SHAPES: ReadonlyMap<string, Shape> = new Map(
  Object.entries(PATHS).map(([template, methods]) => [template, shapeOf(template, methods)]),
)

function systemRoute(interaction: Interaction, template: string, method: string): Route {
  const looks = method === 'POST' ? {} : ({ onlyLooks: true } as const)
  return { interaction, template, operation: template.slice(1), ...looks }
}

/** Operations are what the registry says; none changes anything with GET. */
function shapeOfOperation(template: string, segments: readonly string[]): Shape | undefined {
  const system = template.startsWith('$') ? systemOperation(template.slice(1)) : undefined
  if (system) return shapeOf(template, { ...(system.look ? { GET: 'operation' } : {}), POST: 'operation' })
  const [, ofType, ofInstance, code] = /^(:type(\/:id)?\/)?\$([^/]+)$/.exec(template) ?? []
  const level = ofType === undefined ? 'system' : ofInstance === undefined ? 'type' : 'instance'
  const operation = code === undefined ? undefined : operationAt(code, level, level === 'system' ? '' : segments[0]!)
  return operation && shapeOfDeclared(template, operation, level)
}

function shapeOfDeclared(template: string, operation: Declared, level: ComputationLevel): Shape {
  const shape = shapeOf(template, { ...(operation.affectsState ? {} : { GET: 'operation' }), POST: 'operation' })
  if (isComputation(operation)) {
    const { anyOf, of } = operation.needs[level] ?? { anyOf: [] }
    return { ...shape, anyOf, ...(of === undefined ? {} : { judgedBy: of }) }
  }
  return 'judgedBy' in operation ? { ...shape, judgedBy: operation.judgedBy } : shape
}

/** What the caller needs for an operation, where it is something else than the permission to search its type. */
function neededBy({ judgedBy, anyOf }: Shape): Pick<Route, 'judgedBy' | 'anyOf'> {
  return { ...(judgedBy === undefined ? {} : { judgedBy }), ...(anyOf === undefined ? {} : { anyOf }) }
}

function placeOf(shape: Shape, segments: readonly string[]): Partial<Route> {
  const [type, id, , version] = segments
  const last = segments.at(-1)
  const place: Partial<Route> = {}
  if (shape.type) place.type = type!
  if (shape.id) place.id = id!
  if (shape.version) place.version = version!
  if (last?.startsWith('$')) place.operation = last.slice(1)
  return Object.assign(place, neededBy(shape))
}

function withinCompartment([type, id, inner]: readonly string[]): Partial<Route> {
  return { compartment: { type: type!, id: id! }, ...(inner === '*' ? {} : { type: inner! }) }
}

function nothingThere(): FhirError {
  return FhirError.of('not-found', 'There is nothing at this URL.')
}

function demandType(name: string): void {
  if (storableTypes.has(name)) return
  throw FhirError.of('not-found', `${beginningOf(name)} is not a resource type with an endpoint.`)
}

/** Names of segments by their place; at other places nothing is known but what stands for itself. */
const NAMES = [':type', ':id', ':inner']

/** Segments that stand for themselves, and the names of all others. */
function templateOf(segments: readonly string[]): string {
  let template = ''
  for (const [at, segment] of segments.entries()) {
    const own = segment.startsWith('_') || segment.startsWith('$')
    const literal = own || (at === 0 && segment === 'metadata') || (at === 2 && segment === '*')
    const named = at === 3 && segments[2] === '_history' ? ':version' : (NAMES[at] ?? '?')
    template += `${at === 0 ? '' : '/'}${literal ? segment : named}`
  }
  return template
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    throw FhirError.of('invalid', 'The URL has broken percent-encoding.', { code: 'structure' })
  }
}

/** The interactions that a resource type has, as the CapabilityStatement names them. */
export function typeInteractions(type: string): Interaction[] {
  const found = [...SHAPES].flatMap(([path, shape]) =>
    path.startsWith(':type') ? Object.values(methodsOf(type, shape)) : [],
  )
  return [...new Set(found)].filter((interaction) => interaction !== 'search-system')
}
