import type { Validation, ValidationAsked } from '../../operations/validation.ts'
import { storableTypes } from '../../resources/definitions/definitions.ts'
import { FhirError, type Issue } from '../../resources/fhir-error.ts'
import type { JsonDocument } from '../../resources/json/parse.ts'
import { parseInclude } from '../../search/include.ts'
import { Trace } from '../audit/trace.ts'
import type { Services, TracedCall } from '../call.ts'
import { tryWrite } from '../write/write.ts'
import { absentTargets } from './absent-targets.ts'
import { KnownFor } from './known-source.ts'

/** Resources that are named of those that refer to one. */
const MOST_REFERRING = 5

/** Validation for the caller of an operation: targets of references are there as far as this caller may see them. */
export class CallersValidation implements Validation {
  private readonly call: TracedCall
  private readonly services: Services

  constructor(call: TracedCall, services: Services) {
    this.call = call
    this.services = services
  }

  async check({ value, text }: JsonDocument, { profiles, mustSupport }: ValidationAsked): Promise<Issue[]> {
    const { validator, definitions, config } = this.services
    const { access } = this.call
    const source = await KnownFor.open(this.call, definitions.of(access), this.services)
    const { strictExtensions } = config.validation
    const issues = await validator.validate(value, text, source, { profiles, mustSupport, strictExtensions })
    const isRight = issues.every(({ code }) => code !== 'structure')
    return isRight ? [...issues, ...(await absentTargets(value, this.call, this.services))] : issues
  }

  async knows(profile: string): Promise<boolean> {
    const { structures } = this.services.definitions.of(this.call.access)
    await structures.refresh()
    return (await structures.of(profile)) !== null
  }

  async tryWrite(
    kind: 'create' | 'update' | 'delete',
    type: string,
    id?: string,
    document?: JsonDocument,
  ): Promise<Issue[]> {
    const { access, conditions, strict } = this.call
    const trial: TracedCall = {
      interaction: kind,
      access,
      type,
      query: [],
      conditions,
      strict,
      ...(id === undefined ? {} : { id }),
      ...(document ? { document } : {}),
      trace: new Trace(this.services.baseUrl),
    }
    try {
      await tryWrite(trial, this.services)
      return []
    } catch (error) {
      if (error instanceof FhirError && error.kind !== 'internal') return [...error.issues]
      throw error
    }
  }

  async referring(type: string, id: string): Promise<string[]> {
    const { searcher, parameters } = this.services
    const { links } = parseInclude([type], '_revinclude', '*', parameters)
    const { may } = this.call.access
    const { found } = await searcher.linked([{ type, id }], links, may.s, MOST_REFERRING)
    for (const one of found) this.call.trace.names(one.type, one.id)
    return found.filter((one) => storableTypes.has(one.type)).map((one) => `${one.type}/${one.id}`)
  }
}
