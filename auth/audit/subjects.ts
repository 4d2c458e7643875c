import { searchParameterTables, storableTypes } from '../../resources/definitions/definitions.ts'
import { memberStart } from '../../resources/json/outline.ts'
import { compileRoutes } from '../../resources/path/routes.ts'
import { ID_PATTERN, parseReference } from '../../resources/references.ts'
import { appliesTo } from '../../search/parameters.ts'
import { type QuickMember, quickMember, quickPatient, quickReferences } from './quick-references.ts'

/** Parameters that tell whom a resource is about (R4 search parameters): not those of performers, authors, receivers. */
const CODES = new Set(['patient', 'subject'])

/** What R4 has no such parameter for: whoever sees these sees of each of those patients that he belongs there. */
const FURTHER: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Binary: [['securityContext']],
  Group: [['member', 'entity']],
  List: [['entry', 'item']],
}

interface Subjects {
  /** Names of members that lead to its References. */
  paths: readonly (readonly string[])[]
  /** The only member, where it can be found without parsing. */
  quick?: QuickMember | undefined
}

const byType = new Map<string, Subjects>()

function subjectsOf(type: string): Subjects {
  let subjects = byType.get(type)
  if (!subjects) {
    const paths = storableTypes.has(type) ? pathsOf(type) : []
    subjects = { paths, quick: quickMember(type, paths) }
    byType.set(type, subjects)
  }
  return subjects
}

function pathsOf(type: string): string[][] {
  const tables = searchParameterTables.filter((table) => table.type === 'reference' && CODES.has(table.code))
  const routes = tables
    .filter((table) => appliesTo(table, type))
    .flatMap(({ code, expression }) => {
      const found = compileRoutes(expression, type)
      if (!found) throw new Error(`no routes for ${type}.${code}`)
      return found.map(({ moves }) => moves.flatMap((move) => (move.kind === 'member' ? [move.name] : [])))
    })
  const paths = [...routes, ...(Object.hasOwn(FURTHER, type) ? FURTHER[type]! : [])]
  return [...new Map(paths.map((path) => [path.join('.'), [...path]])).values()]
}

/** Whether resources of a type can be about Patients, as `patientsOf` tells. */
export function mayBeAboutPatients(type: string): boolean {
  return type === 'Patient' || type === 'Bundle' || subjectsOf(type).paths.length > 0
}

/**
 * Ids of the Patients that a resource is about, each once: a Patient is about itself; others are about whom they refer to as
 * their patient or subject, a Group or List also about its members, a Bundle about whom its resources are. References count
 * that are relative or begin with `base`, the server's own URL: others lead to no Patient of this server. The text must be
 * valid JSON; it is fast where there is no white space between its tokens, as the store has it.
 */
export function patientsOf(type: string, text: Buffer, base?: string): string[] {
  if (type === 'Patient') return ownId(text)
  if (type === 'Bundle') return patientsIn(JSON.parse(text.toString()), base)
  const { paths, quick } = subjectsOf(type)
  if (paths.length === 0) return []
  const usual = quick && quickPatient(text, quick)
  if (usual !== undefined) return [usual]
  const found = quick && quickReferences(text, quick)
  return patientsAmong(found ?? referencesIn(JSON.parse(text.toString()), paths), base)
}

/** As `patientsOf`, of a resource that is parsed already. */
export function patientsIn(resource: unknown, base?: string): string[] {
  const { resourceType: type, id, entry } = Object(resource) as Record<string, unknown>
  if (type === 'Patient') return typeof id === 'string' ? [id] : []
  if (type === 'Bundle') return [...new Set(listOf(entry).flatMap((item) => patientsOfEntry(Object(item), base)))]
  return typeof type === 'string' ? patientsAmong(referencesIn(resource, subjectsOf(type).paths), base) : []
}

/** What a Bundle brings from another server has nothing to do with the Patients of this one (R4 bundle.html, references). */
function patientsOfEntry({ fullUrl, resource }: Record<string, unknown>, base: string | undefined): string[] {
  const own = typeof fullUrl !== 'string' || !/^https?:/.test(fullUrl) || (base !== undefined && isBelow(fullUrl, base))
  return own ? patientsIn(resource, base) : []
}

function ownId(text: Buffer): string[] {
  const at = memberStart(text, 0, 'id')?.valueStart
  const id = at === undefined ? undefined : /^"(?<id>[A-Za-z0-9\-.]{1,64})"/.exec(text.toString('latin1', at, at + 66))
  return id ? [id.groups!.id!] : patientsIn(JSON.parse(text.toString()))
}

function referencesIn(resource: unknown, paths: readonly (readonly string[])[]): string[] {
  return paths.flatMap((path) => {
    const values = path.reduce<unknown[]>(
      (items, name) => items.flatMap((item) => listOf(memberOf(item, name))),
      [resource],
    )
    return values.map((value) => memberOf(value, 'reference')).filter((text) => typeof text === 'string')
  })
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

function patientsAmong(references: readonly string[], base: string | undefined): string[] {
  const ids = references.flatMap((text) => {
    if (text.startsWith(PLAIN) && ID_PATTERN.test(text.slice(PLAIN.length))) return [text.slice(PLAIN.length)]
    const parsed = parseReference(text)
    if (parsed.kind !== 'relative' && parsed.kind !== 'absolute') return []
    const own = parsed.kind === 'relative' || (base !== undefined && isBelow(text, base) && sameRoot(parsed.root, base))
    return own && parsed.type === 'Patient' ? [parsed.id] : []
  })
  return ids.length > 1 ? [...new Set(ids)] : ids
}

/** How most references to Patients begin. */
const PLAIN = 'Patient/'

function isBelow(url: string, base: string): boolean {
  return url.startsWith(base.endsWith('/') ? base : `${base}/`)
}

function sameRoot(root: string, base: string): boolean {
  return root === (base.endsWith('/') ? base : `${base}/`)
}
