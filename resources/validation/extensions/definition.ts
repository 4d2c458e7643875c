import type { StructureDefinitionLike } from '../question.ts'

/** What the definition of an extension says beyond what a profile can. */
export interface ExtensionDefinition {
  isModifier: boolean
  /** Whether it is no longer to be used. */
  isRetired: boolean
  /** The urls of the extensions within it, by the id of the element that they are in (`Extension`, `Extension.extension:a`). */
  inner: ReadonlyMap<string, ReadonlyMap<string, string>>
}

interface SnapshotElement {
  id?: string
  isModifier?: boolean
  fixedUri?: string
}

const ROOT = 'Extension'
const SLICE = /^(.*)\.extension:([^.]+)\.url$/

const known = new WeakMap<StructureDefinitionLike, ExtensionDefinition>()

/** Reads the definition of an extension, once each. */
export function extensionDefinition(structure: StructureDefinitionLike): ExtensionDefinition {
  let definition = known.get(structure)
  if (!definition) {
    definition = read(structure)
    known.set(structure, definition)
  }
  return definition
}

function read(structure: StructureDefinitionLike): ExtensionDefinition {
  const elements = (structure.snapshot?.element ?? []) as readonly SnapshotElement[]
  const inner = new Map<string, Map<string, string>>()
  for (const { id = '', fixedUri } of elements) {
    const [, around, slice] = SLICE.exec(id) ?? []
    if (around === undefined || slice === undefined || fixedUri === undefined) continue
    const urls = inner.get(around) ?? new Map<string, string>()
    inner.set(around, urls.set(fixedUri, `${around}.extension:${slice}`))
  }
  const root = elements.find(({ id }) => id === ROOT)
  const { status } = structure as { status?: unknown }
  return { isModifier: root?.isModifier === true, isRetired: status === 'retired', inner }
}

/**
 * Whether a definition has an extension within others, by the urls of those around it and its own. Undefined where it says
 * nothing of those at this place.
 */
export function hasInner({ inner }: ExtensionDefinition, urls: readonly string[]): boolean | undefined {
  let at = ROOT
  for (const url of urls) {
    const within = inner.get(at)
    if (!within) return undefined
    const next = within.get(url)
    if (next === undefined) return false
    at = next
  }
  return true
}
