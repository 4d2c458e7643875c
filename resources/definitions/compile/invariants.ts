import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes'
import type { InvariantTable } from '../shapes.ts'

const PREFIX = 'http://hl7.org/fhir/StructureDefinition/'

/** What every element, extension and resource has: checked without FHIRPath (`validation/invariants/native.ts`). */
const EVERYWHERE: ReadonlySet<string> = new Set(['ele-1', 'ext-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'dom-6'])

/** The invariants of all types that R4 defines, by type name (`Patient`, `HumanName`, `Patient.contact`). */
export function compileInvariants(definitions: StructureDefinition[]): Record<string, InvariantTable[]> {
  const own = definitions.filter(
    ({ url, type, kind, abstract }) =>
      url === PREFIX + type && kind !== 'logical' && !(abstract && kind === 'resource'),
  )
  const ofTypes = new Map(own.map(({ type, snapshot }) => [type, keysOf(snapshot?.element[0])]))
  const tables: Record<string, InvariantTable[]> = {}
  for (const { snapshot } of own) {
    const elements = snapshot?.element ?? []
    const around = new Set(elements.map(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('.')))))
    for (const element of elements) addInvariants(element, around.has(element.path), ofTypes, tables)
  }
  return tables
}

/** An invariant of an element of another type (`Organization.telecom`) is one of the type around it, and names the member. */
function addInvariants(
  element: ElementDefinition,
  isType: boolean,
  ofTypes: ReadonlyMap<string, ReadonlySet<string>>,
  tables: Record<string, InvariantTable[]>,
): void {
  const { path, constraint, contentReference } = element
  // It is of the type that it refers to, and has its invariants: here they stand once more under other keys.
  if (contentReference) return
  const at = path.lastIndexOf('.')
  const member = at < 0 || isType ? undefined : path.slice(at + 1)
  for (const { key, severity, human, expression } of constraint ?? []) {
    if (!expression || !key || EVERYWHERE.has(key)) continue
    if (member !== undefined && element.type?.some(({ code }) => ofTypes.get(code)?.has(key))) continue
    const table: InvariantTable = { key, severity: severity ?? 'error', human: human ?? '', expression }
    if (member !== undefined) table.member = member
    const type = member === undefined ? path : path.slice(0, at)
    tables[type] ??= []
    tables[type].push(table)
  }
}

function keysOf(element: ElementDefinition | undefined): ReadonlySet<string> {
  return new Set(element?.constraint?.map(({ key }) => key ?? ''))
}
