import type { Action } from '../../operations/action.ts'
import { isComputation } from '../../operations/computation.ts'
import { pairsOf } from '../../operations/input.ts'
import type { Operation } from '../../operations/operation.ts'
import { operationOf } from '../../operations/registry.ts'
import { FhirError, type Issue } from '../../resources/fhir-error.ts'
import { parseDocument } from '../../resources/json/parse.ts'
import { checkStructure } from '../../resources/validation/structure/check.ts'
import type { QueryPair } from '../../search/query.ts'
import type { Found } from '../../search/searcher.ts'
import { bundleText } from '../bundle/bundle-text.ts'
import { type Mode, outcomeEntries, resourceEntries } from '../bundle/found-entries.ts'
import type { Answer, Call, Services, TracedCall } from '../call.ts'
import { PageLinks, pageCount } from '../paging.ts'
import { liveVersion, visible } from '../visible.ts'
import { commitNew } from '../write/new.ts'
import { runComputation } from './computation.ts'
import { runInquiry } from './inquiry.ts'
import { runSystemOperation } from './system-operation.ts'

/** R4 operations: one of the registry, by its kind. */
export async function operation(call: TracedCall, services: Services): Promise<Answer> {
  const { type, id } = call
  const declared = operationOf(call)
  if (declared && isComputation(declared)) return runComputation(declared, call, services)
  if (type === undefined) return runSystemOperation(call, services)
  if (!declared) throw FhirError.of('not-found', `${type} has no such operation.`)
  if (id !== undefined) call.trace.names(type, id)
  if ('inquire' in declared) return runInquiry(declared, { ...call, type }, services, parametersOf(call, services))
  const one = { ...call, type, id: id! }
  return 'act' in declared ? action(declared, one, services) : listing(declared, one, services)
}

/** One on a resource that is there: its answer is sent page by page. */
async function listing(
  declared: Operation,
  call: TracedCall & { type: string; id: string },
  services: Services,
): Promise<Answer> {
  const { baseUrl, linkKey, searcher, zone } = services
  const { access, type, id, trace } = call
  const asked = [...call.query, ...parametersOf(call, services)]
  trace.input = asked
  trace.count = 0
  const { used, run } = declared.prepare(asked, zone)
  liveVersion(await visible(type, id, access, services, 's'), { type, id })
  const pages = new PageLinks(`${baseUrl}/${type}/${id}/$${declared.code}`, limited(used), access.caller, linkKey)
  const after = pages.start(asked)
  const { matches, included, next } = await run({ access, searcher, baseUrl, type, id, count: pageCount(asked), after })
  const complete = after === undefined && next === undefined
  const entries = (found: readonly Found[], mode: Mode) => resourceEntries(found, mode, undefined, call, services)
  return {
    kind: 'ok',
    text: bundleText({
      type: 'searchset',
      ...(complete ? { total: matches.length } : {}),
      links: pages.links(asked, next),
      entries: [
        ...(await Promise.all([entries(matches, 'match'), entries(included, 'include')])).flat(),
        ...outcomeEntries(services.reindex.lacksAll ? [UNINDEXED] : []),
      ],
    }),
  }
}

/** What operations find rests on R4's own parameters. */
const UNINDEXED: Issue = {
  severity: 'warning',
  code: 'incomplete',
  diagnostics: 'Older resources are not all indexed yet: some of what belongs here may be missing.',
}

/** `_count` as it was used. */
function limited(used: readonly QueryPair[]): QueryPair[] {
  return used.map(([name, value]) => [name, name === '_count' ? String(pageCount(used)) : value])
}

/** One that changes something; whether the caller may ask for it comes before all else. */
async function action(
  declared: Action,
  call: TracedCall & { type: string; id: string },
  services: Services,
): Promise<Answer> {
  const { access, type, id, trace } = call
  declared.demand(access)
  const stray = call.query.map(([name]) => name).find((name) => name !== '_format' && name !== '_pretty')
  if (stray !== undefined) throw FhirError.of('invalid', 'The parameters of this operation come in the body alone.')
  const { store, grants, config } = services
  const answer = await declared.act(
    {
      access,
      type,
      id,
      isThere: async () => (await store.read(type, id))?.text !== undefined,
      commit: (resources, state) => commitNew(resources, state, call, services),
      tell: (told) => Object.assign(trace.told, told),
      grants,
      breakGlassTime: config.breakGlassTime,
    },
    parametersOf(call, services),
    services.zone,
  )
  return { kind: 'ok', text: Buffer.from(JSON.stringify(answer)) }
}

/** What the Parameters of a POST holds. Throws `invalid` for another body. */
function parametersOf({ body, document }: Call, { config }: Services): QueryPair[] {
  if (!document && (!body || body.length === 0)) return []
  const { value, text } = document ?? parseDocument(body!, config.maxDepth)
  if (value.resourceType !== 'Parameters') {
    throw FhirError.of('invalid', 'An operation takes a Parameters resource.', { expression: 'Parameters' })
  }
  const issues = checkStructure(value, text)
  if (issues.length > 0) throw new FhirError('invalid', issues)
  return pairsOf(value)
}
