import { beginningOf } from '../../resources/beginning.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Concept } from '../../resources/terminology/concept.ts'
import type {
  ConceptPage,
  ConceptQuery,
  ConceptSource,
  Condition,
  Edition,
} from '../../resources/terminology/concept-source.ts'
import { conceptOf, conceptsOf, parameterOf, saysNotHeld, totalOf } from './remote-answers.ts'
import { composeOf } from './remote-compose.ts'
import type { RemoteServer } from './remote-server.ts'

/** What codes look like that are sent: no sentence is among them, whatever a resource has for a code. */
const CODE = /^[\w.:/+-]{1,80}$/

/** Concepts of a page. */
const MOST = 1000

/** A code system of a terminology server elsewhere. It is asked for its newest content, or that of the edition's version. */
export class RemoteSource implements ConceptSource {
  readonly edition: Edition
  readonly key: string
  private readonly server: RemoteServer

  constructor(server: RemoteServer, edition: Edition) {
    this.server = server
    this.edition = edition
    this.key = `remote ${server.name} ${edition.system}|${edition.version ?? ''}`
  }

  async find(code: string): Promise<Concept | undefined> {
    const { system, version } = this.edition
    const answer = await this.server.get('CodeSystem/$lookup', { system, version, code: this.sendable(code) })
    return answer === null ? this.confirmed(code) : conceptOf(code, answer)
  }

  /**
   * What $lookup has no answer for may be no code, or there is no such system or operation there. Only where $validate-code
   * says so it is no code.
   */
  private async confirmed(code: string): Promise<Concept | undefined> {
    const { system: url, version } = this.edition
    const answer = await this.server.get('CodeSystem/$validate-code', { url, version, code })
    if (answer && parameterOf(answer, 'result') === true) return conceptOf(code, answer)
    if (answer && parameterOf(answer, 'result') === false && !saysNotHeld(answer)) return undefined
    throw this.unsupported(`does not tell of ${beginningOf(url, 200)}`)
  }

  async records(code: string): Promise<Concept[]> {
    const found = await this.find(code)
    return found ? [found] : []
  }

  async children(code: string): Promise<Concept[]> {
    const { system, version } = this.edition
    const question = { system, version, code: this.sendable(code), property: 'child' }
    const answer = await this.server.get('CodeSystem/$lookup', question)
    const codes = (answer && conceptOf(code, answer).properties) ?? []
    return codes
      .filter((property) => property.code === 'child')
      .map(({ value, display = '' }) => ({ code: String(value), display, parents: [code] }))
  }

  async isBelow(code: string, ancestor: string): Promise<boolean> {
    if (code === ancestor) return false
    const { system, version } = this.edition
    const question = { system, version, codeA: this.sendable(ancestor), codeB: this.sendable(code) }
    const answer = await this.server.get('CodeSystem/$subsumes', question)
    if (answer === null) throw this.unsupported('does not tell what is below what')
    return parameterOf(answer, 'outcome') === 'subsumes'
  }

  /** Its records may lack what filters ask for (reference sets). Where a code is in the tree, `isBelow` tells. */
  async meets(code: string, conditions: readonly Condition[]): Promise<boolean | undefined> {
    const asked = conditions.some((one) => 'property' in one)
    if (!asked || conditions.some(({ op }) => op === 'codes' || op === 'none-of')) return undefined
    const { system, version } = this.edition
    const compose = composeOf({ system, version }, conditions)
    const answer = await this.server.post('ValueSet/$validate-code', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'valueSet', resource: { resourceType: 'ValueSet', status: 'active', compose } },
        { name: 'system', valueUri: system },
        { name: 'code', valueCode: this.sendable(code) },
      ],
    })
    if (answer === null || saysNotHeld(answer)) throw this.unsupported('does not carry out this value set')
    return parameterOf(answer, 'result') === true
  }

  async search({ text, conditions, activeOnly, selectableOnly, offset, count }: ConceptQuery): Promise<ConceptPage> {
    const { system, version } = this.edition
    const valueSet = {
      resourceType: 'ValueSet',
      status: 'active',
      compose: composeOf({ system, version }, conditions),
    }
    const answer = await this.server.post('ValueSet/$expand', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'valueSet', resource: valueSet },
        ...(text === undefined ? [] : [{ name: 'filter', valueString: beginningOf(text, 200) }]),
        { name: 'offset', valueInteger: offset },
        // Some give all for 0.
        { name: 'count', valueInteger: Math.min(Math.max(count, 1), MOST) },
        ...(activeOnly ? [{ name: 'activeOnly', valueBoolean: true }] : []),
        ...(selectableOnly ? [{ name: 'excludeNotForUI', valueBoolean: true }] : []),
      ],
    })
    if (answer === null) throw this.unsupported('does not carry out this value set')
    const concepts = conceptsOf(answer, system).slice(0, count)
    return { concepts, total: totalOf(answer) ?? offset + concepts.length }
  }

  // biome-ignore lint/correctness/useYield: it is never gone through
  async *all(): AsyncIterable<Concept> {
    throw this.unsupported('is not read as a whole')
  }

  private sendable(code: string): string {
    if (CODE.test(code)) return code
    throw this.unsupported('is not asked for what is no plain code')
  }

  private unsupported(what: string): FhirError {
    return FhirError.of('invalid', `The terminology server ${this.server.name} ${what}`, { code: 'not-supported' })
  }
}
