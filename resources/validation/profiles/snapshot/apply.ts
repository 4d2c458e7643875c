import type { ElementDefinition } from '@medplum/fhirtypes'
import { merged } from './merge.ts'
import { type Branch, copyOf, findSlice, type Step, sizeOf, slicedAgain, stepsOf } from './tree.ts'
import { type Made, unfold } from './unfold.ts'

/** Most elements of a snapshot that is made: profiles of profiles could unfold without end. */
const MOST_ELEMENTS = 50_000

/** Most elements of a differential: each looks for its place among those before it. */
const MOST_CHANGES = 5_000

/** Carries a differential out on the tree of its base. Answers false where that becomes too large. */
export async function apply(
  root: Branch,
  differential: readonly ElementDefinition[],
  specialization: boolean,
  made: Made,
): Promise<boolean> {
  if (differential.length > MOST_CHANGES) return false
  const steps = stepsOf(differential)
  const locating: Locating = {
    root,
    made,
    specialization,
    renamed: renamedChoices(steps),
    added: sizeOf(root),
    alone: new Set(),
  }
  for (const [at, change] of differential.entries()) {
    const found = await locate(steps[at]!.slice(1), locating)
    if (!found) continue
    found.element = merged(found.element, change)
    adopt(found, change)
    if (locating.added > MOST_ELEMENTS) return false
  }
  for (const branch of locating.alone) close(branch)
  return true
}

/** A choice of which one type must be there leaves no other. */
function close(choice: Branch): void {
  const [slice, ...more] = choice.slices
  if (!slice || more.length > 0 || slice.element.min !== 1) return
  const { element } = choice
  const type = slice.element.type ?? []
  choice.element = { ...element, min: 1, type, slicing: { ...element.slicing!, rules: 'closed' } }
}

interface Locating {
  root: Branch
  made: Made
  specialization: boolean
  /** By parent, the names in a differential: of a choice, `valueQuantity` alone leaves no other type. */
  renamed: ReadonlyMap<string, ReadonlySet<string>>
  /** Elements that the tree has. */
  added: number
  /** Choices of which one type alone is named. */
  alone: Set<Branch>
}

function renamedChoices(all: readonly (readonly Step[])[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>()
  for (const steps of all) {
    for (let depth = 1; depth < steps.length; depth++) {
      const parent = keyOf(steps.slice(0, depth))
      const { name, slice } = steps[depth]!
      const its = names.get(parent) ?? new Set()
      names.set(parent, its.add(slice === undefined ? name : `${name}:${slice}`))
    }
  }
  return names
}

function keyOf(steps: readonly Step[]): string {
  return steps.map(({ name, slice }) => (slice === undefined ? name : `${name}:${slice}`)).join('.')
}

async function locate(steps: readonly Step[], locating: Locating): Promise<Branch | undefined> {
  const { root, made, specialization } = locating
  let branch = root
  const way: Step[] = [{ name: root.name, slice: undefined }]
  for (const step of steps) {
    if (branch.children.length === 0) {
      await unfold(branch, root, made)
      locating.added += sizeOf(branch) - 1
    }
    const next = below(branch, step, way, locating) ?? (specialization ? newChild(branch, step) : undefined)
    if (!next) return undefined
    branch = next
    way.push(step)
  }
  return branch
}

/** The child that a step names, or its slice. */
function below(branch: Branch, step: Step, way: readonly Step[], locating: Locating): Branch | undefined {
  const child = branch.children.find((one) => one.name === step.name)
  if (child) return step.slice === undefined ? child : sliceOf(child, step.slice, locating)
  const choice = branch.children.find((one) => isChoice(one, step.name))
  if (!choice) return undefined
  const name = step.slice ?? step.name
  const others = [...(locating.renamed.get(keyOf(way)) ?? [])].filter(
    (one) => one !== step.name && isChoice(choice, one),
  )
  if (others.length > 0 || findSlice(choice, name)) return sliceOf(choice, name, locating)
  if (way.length === 1) {
    locating.alone.add(choice)
    return sliceOf(choice, name, locating)
  }
  // Alone in the differential, it says that the others are not allowed.
  choice.element = { ...choice.element, type: typesOfSlice(choice, name) }
  return choice
}

/** Whether a name in JSON (`valueQuantity`) is one of a choice (`value[x]`). */
function isChoice({ name: choice }: Branch, name: string): boolean {
  if (!choice.endsWith('[x]')) return false
  const stem = choice.slice(0, -3)
  return name.startsWith(stem) && /^[A-Z]\w*$/.test(name.slice(stem.length))
}

function newChild(branch: Branch, { name }: Step): Branch {
  const element = { path: name } as ElementDefinition
  const child: Branch = { element, name, slice: undefined, children: [], slices: [] }
  branch.children.push(child)
  return child
}

function sliceOf(sliced: Branch, slice: string, locating: Locating): Branch {
  const known = findSlice(sliced, slice)
  if (known) return known
  const made = newSlice(sliced, slice)
  locating.added += sizeOf(made)
  return made
}

/** A slice begins as what the base says of all, not as what the profile does: that is checked besides. One of a slice begins as that. */
function newSlice(sliced: Branch, slice: string): Branch {
  const again = slicedAgain(sliced, slice)
  const around = again ?? sliced
  const copy = copyOf(again ?? sliced.origin ?? sliced)
  const { slicing: _, ...element } = copy.element
  const branch: Branch = { ...copy, element: { ...element, min: 0 }, slice, slices: [] }
  if (sliced.name.endsWith('[x]')) branch.element.type = typesOfSlice(sliced, slice)
  around.element = withSlicing(around)
  around.slices.push(branch)
  return branch
}

/** `valueQuantity` is of the type that its name has behind `value`. */
function typesOfSlice(sliced: Branch, slice: string): NonNullable<ElementDefinition['type']> {
  const types = sliced.element.type ?? []
  const stem = sliced.name.slice(0, -3)
  const named = types.filter(({ code }) => stem + code.charAt(0).toUpperCase() + code.slice(1) === slice)
  return named.length > 0 ? named : types
}

/** Extensions are told apart by their url, choices by their type, where nothing else is said. */
function withSlicing({ element, name }: Branch): ElementDefinition {
  if (element.slicing) return element
  const discriminator: { type: 'value' | 'type'; path: string }[] = name.endsWith('[x]')
    ? [{ type: 'type', path: '$this' }]
    : name === 'extension' || name === 'modifierExtension'
      ? [{ type: 'value', path: 'url' }]
      : []
  if (discriminator.length === 0) return element
  return { ...element, slicing: { discriminator, ordered: false, rules: 'open' } }
}

/** Where the type changes, elements that were unfolded from the type before are those of another. */
function adopt(branch: Branch, change: ElementDefinition): void {
  const [only, ...more] = change.type ?? []
  if (!only || more.length > 0) return
  const before = branch.children[0]?.element.base?.path?.split('.')[0]
  const nested = only.code === 'BackboneElement' || only.code === 'Element'
  if (!nested && before === 'Element' && branch.children.length <= 2 && only.code !== 'Element') branch.children = []
}
