import type { Access } from '../../auth/access.ts'
import { parseText } from '../../resources/json/parse.ts'
import { parseReference } from '../../resources/references.ts'
import type { CodeQuestion, CodeVerdict, StructureDefinitionLike } from '../../resources/validation/question.ts'
import type { KnownSource } from '../../resources/validation/validator.ts'
import type { Trace } from '../audit/trace.ts'
import type { Services } from '../call.ts'
import type { View } from '../conformance/definitions.ts'
import { cutText } from '../shown.ts'
import { visible } from '../visible.ts'

/** For whom something is validated, and whom what is looked up is told to. */
export interface Asker {
  access: Access
  trace: Trace
}

/**
 * What one validation knows besides the resource: definitions and codes by a view, targets of references as far as the asker may read
 * them. What cannot be seen is not there.
 */
export class KnownFor implements KnownSource {
  private readonly asker: Asker
  private readonly view: View
  private readonly day: string
  private readonly services: Services

  private constructor(asker: Asker, view: View, services: Services) {
    this.asker = asker
    this.view = view
    this.day = services.definitions.today()
    this.services = services
  }

  /** For a validation that begins now. */
  static async open(asker: Asker, view: View, services: Services): Promise<KnownFor> {
    await view.structures.refresh()
    return new KnownFor(asker, view, services)
  }

  structureNow(canonical: string): StructureDefinitionLike | null | undefined {
    return this.view.structures.now(canonical)
  }

  structure(canonical: string): Promise<StructureDefinitionLike | null> {
    return this.view.structures.of(canonical)
  }

  verdictNow(question: CodeQuestion): CodeVerdict | undefined {
    return this.view.terminology.verdictNow(question, this.day)
  }

  verdict(question: CodeQuestion): Promise<CodeVerdict> {
    return this.view.terminology.verdict(question, this.day)
  }

  async target(reference: string): Promise<Readonly<Record<string, unknown>> | null> {
    const parsed = parseReference(reference)
    const isHere =
      parsed.kind === 'relative' || (parsed.kind === 'absolute' && parsed.root === `${this.services.baseUrl}/`)
    if (!isHere) return null
    const { access, trace } = this.asker
    const version = await visible(parsed.type, parsed.id, access, this.services)
    if (!version?.text) {
      trace.names(parsed.type, parsed.id)
      return null
    }
    trace.shows(version)
    return parseText(cutText(version.text, parsed.type, access).toString()) as Record<string, unknown>
  }
}
