import type { Access } from '../../auth/access.ts'
import { parseText } from '../../resources/json/parse.ts'
import { parseReference } from '../../resources/references.ts'
import type { CodeQuestion, CodeVerdict, StructureDefinitionLike } from '../../resources/validation/question.ts'
import type { KnownSource } from '../../resources/validation/validator.ts'
import type { Trace } from '../audit/trace.ts'
import type { Services } from '../call.ts'
import { cutText } from '../shown.ts'
import { visible } from '../visible.ts'

const NOT_HELD: CodeVerdict = { result: 'unknown', faults: [] }

/** What is known for one access: definitions as they are held, targets of references as far as they may be read. */
export class KnownFor implements KnownSource {
  private readonly access: Access
  private readonly services: Services
  private readonly trace: Trace

  /** What is looked up is told to `trace`. */
  constructor(access: Access, services: Services, trace: Trace) {
    this.access = access
    this.services = services
    this.trace = trace
  }

  structureNow(_canonical: string): StructureDefinitionLike | null | undefined {
    return null
  }

  async structure(_canonical: string): Promise<StructureDefinitionLike | null> {
    return null
  }

  verdictNow(_question: CodeQuestion): CodeVerdict | undefined {
    return NOT_HELD
  }

  async verdict(_question: CodeQuestion): Promise<CodeVerdict> {
    return NOT_HELD
  }

  async target(reference: string): Promise<Readonly<Record<string, unknown>> | null> {
    const parsed = parseReference(reference)
    const isHere =
      parsed.kind === 'relative' || (parsed.kind === 'absolute' && parsed.root === `${this.services.baseUrl}/`)
    if (!isHere) return null
    const version = await visible(parsed.type, parsed.id, this.access, this.services)
    if (!version?.text) {
      this.trace.names(parsed.type, parsed.id)
      return null
    }
    this.trace.shows(version)
    return parseText(cutText(version.text, parsed.type, this.access).toString()) as Record<string, unknown>
  }
}
