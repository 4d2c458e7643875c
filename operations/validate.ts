import { beginningOf } from '../resources/beginning.ts'
import { storableTypes } from '../resources/definitions/definitions.ts'
import { FhirError, type Issue } from '../resources/fhir-error.ts'
import { withPositions } from '../resources/validation/positions.ts'
import { type ComputationContext, type Computed, defineComputation } from './computation.ts'
import type { GivenResource } from './parameter-table.ts'

const MODES = ['create', 'update', 'delete', 'profile'] as const

type Mode = (typeof MODES)[number]

/**
 * R4 resource-operations.html#validate: what is wrong with a resource that is given or, without one, with the one that is stored;
 * with a mode also whether it could be written, or deleted. The answer is an OperationOutcome with status 200, whatever it says.
 */
export const validate = defineComputation({
  code: 'validate',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  levels: ['type', 'instance'],
  resourceTypes: [...storableTypes],
  affectsState: false,
  needs: { type: { anyOf: ['c', 'u', 'r'] }, instance: { anyOf: ['r'] } },
  input: {
    resource: { type: 'Resource', max: '1', unchecked: true, doc: 'what is validated; the stored one without it' },
    mode: { type: 'code', max: '1', doc: 'create, update, delete or profile: what is meant to be done with it' },
    profile: { type: 'canonical', max: '*', doc: 'held against these profiles, besides those it claims' },
    mustSupport: {
      type: 'boolean',
      max: '1',
      doc: 'true: tells what a profile must support and is not there, for information',
    },
  },
  unreadable: (error) => outcome(error.issues.map((issue) => ({ ...issue, severity: 'fatal' as const }))),
  async run(context, { resource, mode, profile, mustSupport = false }) {
    const wanted = modeOf(mode, context)
    if (wanted === 'delete') return outcome(await deletionIssues(context))
    const given = resource ?? (await storedOf(context, wanted))
    const strange = typeIssues(given, context.type!)
    if (strange.length > 0) return outcome(placed(strange, given, context))
    const unknown = await unknownProfiles(profile, context)
    const known = profile.filter((canonical) => !unknown.has(canonical))
    const found = await context.validation.check(given, { profiles: known, mustSupport })
    const issues = [...(given.isCut ? [PARTS_WITHHELD] : []), ...[...unknown].map(unknownIssue), ...found]
    const kept = wanted === 'create' || wanted === 'update' ? await writeIssues(wanted, given, issues, context) : []
    return outcome(placed([...issues, ...kept], given, context))
  },
})

function modeOf(code: string | undefined, { id }: ComputationContext): Mode | undefined {
  if (code === undefined) return undefined
  const mode = MODES.find((one) => one === code)
  if (!mode) throw FhirError.of('invalid', `mode takes ${MODES.join(', ')}.`, { code: 'value' })
  if (id === undefined && (mode === 'update' || mode === 'delete')) {
    throw FhirError.of('invalid', `The mode ${mode} is asked of a resource: [type]/[id]/$validate.`, { code: 'value' })
  }
  return mode
}

async function storedOf({ id, stored }: ComputationContext, mode: Mode | undefined): Promise<GivenResource> {
  if (id !== undefined && (mode === undefined || mode === 'profile')) return stored()
  throw FhirError.of('invalid', 'This operation takes a resource.', { code: 'required' })
}

function typeIssues({ value: { resourceType } }: GivenResource, type: string): Issue[] {
  if (resourceType === type) return []
  const given = typeof resourceType === 'string' ? `is a ${beginningOf(resourceType)}` : 'has no resourceType'
  const diagnostics = `The resource ${given}; a ${type} is expected.`
  return [{ severity: 'error', code: 'invalid', messageId: 'resource-type', diagnostics, expression: [type] }]
}

async function unknownProfiles(profiles: readonly string[], { validation }: ComputationContext): Promise<Set<string>> {
  const unknown = new Set<string>()
  for (const profile of profiles) if (!(await validation.knows(profile))) unknown.add(profile)
  return unknown
}

/** R4 resource-operations.html#validate: a profile that was asked for and is not held is an error. */
function unknownIssue(profile: string): Issue {
  return {
    severity: 'error',
    code: 'not-found',
    messageId: 'profile-not-held',
    diagnostics: `The profile ${beginningOf(profile, 256)} is not held here, so that it was not checked by it: ImplementationGuide/$install adds its package.`,
  }
}

const PARTS_WITHHELD: Issue = {
  severity: 'information',
  code: 'suppressed',
  messageId: 'parts-withheld',
  diagnostics: 'Elements of this type are withheld from this caller: what is left of the resource was validated.',
}

/** Whether it could be written, where nothing is wrong with it. */
async function writeIssues(
  mode: 'create' | 'update',
  given: GivenResource,
  issues: readonly Issue[],
  { type, id, validation }: ComputationContext,
): Promise<Issue[]> {
  if (issues.some(({ severity }) => severity === 'error' || severity === 'fatal')) return []
  return validation.tryWrite(mode, type!, mode === 'update' ? id : undefined, given)
}

async function deletionIssues({ type, id, validation, stored }: ComputationContext): Promise<readonly Issue[]> {
  const issues = (await absence(stored)) ?? (await validation.tryWrite('delete', type!, id))
  if (issues.length > 0) return issues
  const referring = await validation.referring(type!, id!)
  if (referring.length === 0) return []
  const diagnostics = `It can be deleted; these refer to it, and would go on to: ${referring.join(', ')}.`
  return [{ severity: 'warning', code: 'conflict', messageId: 'referred-to', diagnostics }]
}

/** What a read would answer where there is nothing to be seen. */
async function absence(stored: ComputationContext['stored']): Promise<readonly Issue[] | undefined> {
  try {
    await stored()
    return undefined
  } catch (error) {
    if (error instanceof FhirError) return error.issues
    throw error
  }
}

/** Lines and columns are those of the body; of a stored resource, those of its text as it is read. */
function placed(issues: readonly Issue[], given: GivenResource, { body }: ComputationContext): Issue[] {
  const { resourceType } = given.value
  if (given.path === resourceType) return withPositions(issues, body ?? given.text)
  return body ? withPositions(issues, body, given.path) : [...issues]
}

const ALL_OK: Issue = {
  severity: 'information',
  code: 'informational',
  messageId: 'all-ok',
  diagnostics: 'All OK: nothing is wrong with it.',
}

/** What the structure says has its name from the kind of fault. */
function named(issue: Issue): Issue {
  return issue.messageId === undefined ? { ...issue, messageId: `structure-${issue.code}` } : issue
}

function outcome(issues: readonly Issue[]): Computed {
  return { issues: issues.length > 0 ? issues.map(named) : [ALL_OK] }
}
