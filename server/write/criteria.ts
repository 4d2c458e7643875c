import { type Access, demandPermission } from '../../auth/access.ts'
import { beginningOf } from '../../resources/beginning.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Guard } from '../../resources/store/port.ts'
import { parametersAsked } from '../../search/asked.ts'
import type { Expression } from '../../search/expression.ts'
import { refuseHidden } from '../../search/hidden.ts'
import { parseCriteria, RESULT_PARAMETERS } from '../../search/parse.ts'
import type { QueryPair } from '../../search/query.ts'
import type { Search } from '../../search/searcher.ts'
import { withTerminology } from '../../search/terminology/resolve.ts'
import type { Trace } from '../audit/trace.ts'
import type { Services } from '../call.ts'
import { demandComplete } from '../incomplete.ts'
import { wholeOnly } from '../shown.ts'

/** Result parameters that may stand beside criteria, since they say nothing of what is wanted. */
const HARMLESS = new Set(['_format', '_pretty'])

/** What the searches of one request may take in all, and the length of their criteria. */
const MOST_MS = 5_000
const MOST_CHARACTERS = 8 * 1024 * 1024

/**
 * Searches for the criteria of conditional interactions and references, and keeps a guard of each search: the commit
 * insists that it would find the same. Made anew for each attempt.
 */
export class Criteria {
  readonly guards: Guard[] = []
  /** Version of the registry that they were read by, and that what is written along with them is indexed by. */
  readonly madeBy: number
  readonly access: Access
  private readonly services: Services
  readonly trace: Trace
  private readonly gone = new Map<string, Set<string>>()
  private ms = 0
  private characters = 0

  /** `trace` is told what was searched for, and found. */
  constructor(access: Access, services: Services, trace: Trace) {
    this.access = access
    this.services = services
    this.trace = trace
    this.madeBy = services.parameters.version
  }

  /** From now on criteria do not find this resource: the same transaction deletes it, or writes it anew. */
  leaveOut(type: string, id: string): void {
    const ids = this.gone.get(type)
    if (ids) ids.add(id)
    else this.gone.set(type, new Set([id]))
  }

  /**
   * Ids that match, at most one more than `most`. Throws `forbidden` without the right to search, and as
   * `strictSearch`, `refuseHidden` and `demandComplete` do.
   */
  async find(type: string, query: readonly QueryPair[], most: number): Promise<{ search: Search; ids: string[] }> {
    demandPermission(this.access, 's', type)
    const search = await strictSearch(type, query, this.access, this.services)
    const asked = parametersAsked([search])
    refuseHidden(asked, this.access.hidden, this.services.parameters)
    demandComplete(asked, this.services)
    const { searcher } = this.services
    const gone = this.gone.get(type)
    const started = performance.now()
    const found = await searcher.ids(search, most + 1 + (gone?.size ?? 0))
    this.spend(performance.now() - started, query)
    this.trace.seeksBy(type, query, found)
    this.guards.push({ selection: searcher.selection(search), ids: found })
    return { search, ids: gone ? found.filter((id) => !gone.has(id)) : found }
  }

  /** Each search is made once more in the commit, where all who write wait for it. */
  private spend(ms: number, query: readonly QueryPair[]): void {
    this.ms += ms
    for (const [name, value] of query) this.characters += name.length + value.length
    if (this.ms < MOST_MS && this.characters < MOST_CHARACTERS) return
    throw FhirError.of('invalid', 'The criteria of this request take too long to search for.', { code: 'too-costly' })
  }

  /** The one that matches, if any. Throws `precondition-failed` when several do. */
  async findOne(type: string, query: readonly QueryPair[]): Promise<{ id: string | undefined; where: Expression }> {
    const { ids, search } = await this.find(type, query, 1)
    if (ids.length > 1) throw severalMatch(type)
    return { id: ids[0], where: search.where }
  }
}

/** The error for criteria that match several resources where one is meant. */
export function severalMatch(type: string): FhirError {
  return FhirError.of('precondition-failed', `The criteria match more than one ${type}.`, { code: 'multiple-matches' })
}

/**
 * Conditional interactions and references are always strict: throws `invalid` for an unknown parameter,
 * `precondition-failed` when nothing is left that narrows.
 */
async function strictSearch(
  type: string,
  query: readonly QueryPair[],
  access: Access,
  services: Services,
): Promise<Search> {
  const { expression, used, unknown } = await withTerminology(
    (terminology) => parseCriteria(type, query, { ...services, terminology }),
    { ...services, restriction: wholeOnly(access) },
  )
  const shaping = query.map(([name]) => name).filter((name) => RESULT_PARAMETERS.has(name) && !HARMLESS.has(name))
  const wrong = [...shaping, ...unknown].map((name) => beginningOf(name))
  if (wrong.length > 0) {
    throw FhirError.of('invalid', `Not a search criterion of ${type}: ${wrong.join(', ')}.`, { code: 'not-supported' })
  }
  if (used.length === 0) throw FhirError.of('precondition-failed', 'The criteria do not narrow anything.')
  return { type, where: expression, restriction: access.may.s }
}
