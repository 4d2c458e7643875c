import type { ElementDefinition } from '@medplum/fhirtypes'
import { profilesLayer } from '../../resources/validation/profiles/layer.ts'
import type { CodeQuestion, CodeVerdict, StructureDefinitionLike } from '../../resources/validation/question.ts'
import { Validator } from '../../resources/validation/validator.ts'
import { type Json, r4Structures, TestSource } from './profiles.ts'

const validator = new Validator([profilesLayer])
let made = 0

/**
 * A profile of a type by its snapshot: the type's own elements, each with what is given for its path, and those behind it
 * that have a path which is not there yet or a name of a slice. A slice's own elements follow it.
 */
export function profile(type: string, changes: readonly object[], more: object = {}): StructureDefinitionLike {
  const base = r4Structures().get(`http://hl7.org/fhir/StructureDefinition/${type}`)!
  const elements = (base.snapshot!.element as ElementDefinition[]).map((element) => ({ ...element }))
  let at = -1
  let sliced: string | undefined
  for (const change of changes as Partial<ElementDefinition>[]) {
    const known = change.sliceName === undefined && elements.findIndex(({ path }) => path === change.path)
    const within = sliced !== undefined && change.path!.startsWith(`${sliced}.`)
    if (!within) sliced = undefined
    if (change.sliceName !== undefined) sliced = change.path
    if (known !== false && known >= 0 && !within) {
      Object.assign(elements[known]!, change)
      at = elements.findLastIndex(({ path }) => path === change.path || path!.startsWith(`${change.path}.`))
      continue
    }
    const shape = base.snapshot!.element.find((element) => (element as ElementDefinition).path === change.path)
    elements.splice(at + 1, 0, { max: '*', ...shape, min: 0, ...change } as ElementDefinition)
    at++
  }
  const url = `http://test/StructureDefinition/profile-${++made}`
  for (const element of elements) delete element.id
  return {
    url,
    type,
    kind: base.kind,
    derivation: 'constraint',
    baseDefinition: base.url,
    snapshot: { element: elements },
    ...more,
  }
}

/** What is found wrong with a resource by a profile, as `messageId expression`; `with` are further definitions and targets. */
export async function found(
  structure: StructureDefinitionLike,
  resource: Json,
  { others = [], targets = {}, severity = 'error', mustSupport = false, verdictOf }: FoundOptions = {},
): Promise<string[]> {
  const source = new TestSource().add(structure, ...others)
  for (const [reference, target] of Object.entries(targets)) source.targets.set(reference, target)
  if (verdictOf) source.verdictOf = verdictOf
  const options = { profiles: [structure.url], strictExtensions: false, mustSupport }
  const issues = await validator.validate(JSON.parse(JSON.stringify(resource)), undefined, source, options)
  return issues
    .filter((issue) => issue.severity === severity)
    .map(({ messageId, expression, diagnostics }) => `${messageId ?? diagnostics} ${expression?.[0]}`)
}

interface FoundOptions {
  others?: readonly StructureDefinitionLike[]
  targets?: Record<string, Json>
  severity?: string
  mustSupport?: boolean
  verdictOf?: (question: CodeQuestion) => CodeVerdict
}
