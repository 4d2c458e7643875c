import type { ElementDefinition } from '@medplum/fhirtypes'

/** An element of a snapshot that is being made, with what is below it. */
export interface Branch {
  element: ElementDefinition
  /** Last step of its path. */
  name: string
  /** Of a slice, its name. */
  slice: string | undefined
  children: Branch[]
  slices: Branch[]
  /** As it was before anything was changed: new slices are made of that. Undefined for one that is not changed itself. */
  origin?: Branch
}

/** A step of an element's id: `extension:race`. */
export interface Step {
  name: string
  slice: string | undefined
}

/** The steps of elements in the order of a differential or a snapshot: by their ids, or where they have none, by their order. */
export function stepsOf(elements: readonly ElementDefinition[]): Step[][] {
  let line: Step[] = []
  return elements.map((element) => {
    const names = element.path.split('.')
    const byId = element.id?.split('.').map(stepOf)
    if (byId && byId.length === names.length) {
      line = byId
    } else {
      // What is around it is what came last with the same path.
      const kept = line.findIndex((step, at) => step.name !== names[at])
      const same = kept < 0 ? line.length : kept
      line = names.map((name, at) => (at < same && at < names.length - 1 ? line[at]! : { name, slice: undefined }))
      line[line.length - 1] = { name: names.at(-1)!, slice: element.sliceName }
    }
    return line
  })
}

function stepOf(text: string): Step {
  const colon = text.indexOf(':')
  return colon < 0 ? { name: text, slice: undefined } : { name: text.slice(0, colon), slice: text.slice(colon + 1) }
}

/** The tree of a snapshot; undefined where it has no root. */
export function treeOf(elements: readonly ElementDefinition[]): Branch | undefined {
  const line: Branch[] = []
  const steps = stepsOf(elements)
  for (const [at, element] of elements.entries()) {
    const last = steps[at]!.at(-1)!
    const depth = steps[at]!.length
    const branch: Branch = { element, name: last.name, slice: last.slice, children: [], slices: [] }
    const parent = line[depth - 2]
    if (depth > 1 && !parent) continue
    if (parent) attach(branch, parent)
    line.length = depth - 1
    line.push(branch)
  }
  return line[0]
}

function attach(branch: Branch, parent: Branch): void {
  const { slice } = branch
  const sliced = slice === undefined ? undefined : parent.children.find(({ name }) => name === branch.name)
  if (!sliced) parent.children.push(branch)
  else (slicedAgain(sliced, slice!) ?? sliced).slices.push(branch)
}

/** The slice that a slice `a/b` is a slice of. */
export function slicedAgain(sliced: Branch, slice: string): Branch | undefined {
  const slash = slice.lastIndexOf('/')
  return slash < 0 ? undefined : findSlice(sliced, slice.slice(0, slash))
}

/** A slice by its name, those of slices among them. */
export function findSlice(sliced: Branch, slice: string): Branch | undefined {
  for (const one of sliced.slices) {
    if (one.slice === slice) return one
    const within = slice.startsWith(`${one.slice}/`) ? findSlice(one, slice) : undefined
    if (within) return within
  }
  return undefined
}

/** The elements of a tree in the order of a snapshot, with paths and ids as they are below `path` and `id`. */
export function elementsOf(branch: Branch, path = '', id = ''): ElementDefinition[] {
  const name = path === '' ? branch.name : `${path}.${branch.name}`
  const step = branch.slice === undefined ? branch.name : `${branch.name}:${branch.slice}`
  const key = id === '' ? step : `${id}.${step}`
  const element = { ...branch.element, id: key, path: name }
  if (branch.slice === undefined) delete element.sliceName
  else element.sliceName = branch.slice
  return [
    element,
    ...branch.children.flatMap((child) => elementsOf(child, name, key)),
    ...branch.slices.flatMap((slice) => elementsOf(slice, path, id)),
  ]
}

/** How many elements a tree has. */
export function sizeOf(branch: Branch): number {
  let size = 1
  for (const below of branch.children) size += sizeOf(below)
  for (const slice of branch.slices) size += sizeOf(slice)
  return size
}

/** A copy that can be changed without changing what it is made of. */
export function copyOf(branch: Branch): Branch {
  return {
    ...branch,
    origin: branch.origin ?? branch,
    children: branch.children.map(copyOf),
    slices: branch.slices.map(copyOf),
  }
}
