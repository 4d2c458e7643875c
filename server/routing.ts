import type { Interaction } from '../auth/access.ts'
import { beginningOf } from '../resources/beginning.ts'
import { storableTypes } from '../resources/definitions/definitions.ts'
import { FhirError } from '../resources/fhir-error.ts'

/** What a method and a path below the FHIR base ask for. */
export interface Route {
  interaction: Interaction
  type?: string
  id?: string
  version?: string
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

/** Paths by their template; `:type` must be a resource type. */
const PATHS: Record<string, Record<string, Route['interaction']>> = {
  '': { POST: 'bundle' },
  metadata: { GET: 'capabilities' },
  _history: { GET: 'history-system' },
  ':type': { GET: 'search-type', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' },
  ':type/_search': { POST: 'search-type' },
  ':type/_history': { GET: 'history-type' },
  ':type/:id': { GET: 'read', PUT: 'update', PATCH: 'patch', DELETE: 'delete' },
  ':type/:id/_history': { GET: 'history-instance' },
  ':type/:id/_history/:version': { GET: 'vread' },
}

/** Characters of a path at the most; the longest that means something has two ids of 64, perhaps percent-encoded. */
const LONGEST = 1024

/**
 * Finds the interaction that a method and a path below the FHIR base mean; a `/` at either end of the path is of no
 * weight. Throws `not-found` for a path that is none, MethodNotAllowed for a method that it does not have.
 */
export function routeOf(method: string, path: string): Route {
  if (path.length > LONGEST) throw FhirError.of('not-found', 'There is nothing at this URL.')
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode)
  const template = templateOf(segments)
  const methods = Object.hasOwn(PATHS, template) ? PATHS[template]! : undefined
  if (!methods) throw FhirError.of('not-found', 'There is nothing at this URL.')
  const [type, id] = segments
  const typed = template.startsWith(':type')
  if (typed && !storableTypes.has(type!)) {
    throw FhirError.of('not-found', `${beginningOf(type!)} is not a resource type with an endpoint.`)
  }
  const interaction = methods[method === 'HEAD' ? 'GET' : method]
  if (!interaction) throw new MethodNotAllowed(Object.keys(methods))
  const route: Route = { interaction, template }
  if (typed) route.type = type!
  if (template.includes(':id')) route.id = id!
  if (template.endsWith(':version')) route.version = segments[3]!
  return route
}

/** Segments that stand for themselves; all others are named by their place, and at the third there is no such name. */
function templateOf(segments: readonly string[]): string {
  let template = ''
  for (const [at, segment] of segments.entries()) {
    const literal = /^[_$]/.test(segment) || (at === 0 && segment === 'metadata')
    const named = at === 0 ? ':type' : at === 1 ? ':id' : at === 3 && segments[2] === '_history' ? ':version' : '?'
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

/** The interactions that every resource type has, as the CapabilityStatement names them. */
export function typeInteractions(): Interaction[] {
  const found = Object.entries(PATHS).flatMap(([path, methods]) =>
    path.startsWith(':type') ? Object.values(methods) : [],
  )
  return [...new Set(found)]
}
