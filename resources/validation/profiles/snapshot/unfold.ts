import type { ElementDefinition } from '@medplum/fhirtypes'
import type { StructureDefinitionLike } from '../../question.ts'
import { snapshotOf, typesOf } from '../element.ts'
import { inherited } from './merge.ts'
import { type Branch, copyOf, treeOf } from './tree.ts'

const PREFIX = 'http://hl7.org/fhir/StructureDefinition/'

/** Gives a definition with its snapshot; undefined where it is not held, or is being made just now. */
export type Made = (canonical: string) => Promise<StructureDefinitionLike | undefined>

/** Gives an element the children that its type has, or the element it refers to. What has children keeps them. */
export async function unfold(branch: Branch, root: Branch, made: Made): Promise<void> {
  if (branch.children.length > 0) return
  const { contentReference } = branch.element
  const reference = contentReference?.slice(contentReference.indexOf('#') + 1)
  const referred = reference === undefined ? undefined : atPath(root, reference)
  if (referred) {
    const { contentReference: _, ...element } = branch.element
    branch.element = { ...element, type: referred.element.type ?? [] }
    branch.children = (referred.origin ?? referred).children.map(copyOf)
    return
  }
  const structure = await typeOf(branch.element, made)
  const tree = structure && treeOf(snapshotOf(structure).map((element) => inherited(element, structure.url)))
  if (tree) branch.children = tree.children.map(copyOf)
}

function atPath(root: Branch, path: string): Branch | undefined {
  let at: Branch | undefined = root
  for (const name of path.split('.').slice(1)) at = at?.children.find((child) => child.name === name)
  return at
}

/** The definition whose elements are those of an element: the one profile on its type, its one type, or what all types have. */
async function typeOf(element: ElementDefinition, made: Made): Promise<StructureDefinitionLike | undefined> {
  const types = typesOf(element)
  const codes = new Set(types.map(({ code }) => code))
  const profiles = types.flatMap((type) => type.profiles)
  if (codes.size === 1 && profiles.length === 1) {
    const profile = await made(profiles[0]!)
    if (profile) return profile
  }
  const [code, ...more] = codes
  return code === undefined || more.length > 0
    ? made(`${PREFIX}Element`)
    : made(code.includes('/') ? code : PREFIX + code)
}
