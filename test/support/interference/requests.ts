import fc from 'fast-check'
import { printQuery } from '../../../search/query.ts'
import { POOL, some } from '../oracle/elements.ts'
import { bodyFor } from './bodies.ts'
import { type Known, type Pair, queryIn, sortIn, typeIn } from './criteria.ts'
import { BEGINNING } from './tracks.ts'

/** A request as it is sent; `path` is below the FHIR base. */
export interface Asked {
  method: string
  path: string
  body?: unknown
  headers: Record<string, string>
}

/** Ids that are there, seen or not, and one that never is. */
const ids = fc.oneof({ weight: 6, arbitrary: some(POOL.ids) }, { weight: 1, arbitrary: some(['b', 'none', '10']) })
const moment = fc.nat(14).map((second) => new Date(BEGINNING + second * 1000).toISOString())
const get = (path: string): Asked => ({ method: 'GET', path, headers: {} })
const below = (path: string, pairs: readonly Pair[]) => (pairs.length > 0 ? `${path}?${printQuery(pairs)}` : path)
const counted = fc.integer({ min: 1, max: 4 }).map((count): Pair => ['_count', String(count)])

/** A list of one, one in so many times, or else of none. */
const maybe = <T>(one: fc.Arbitrary<T>, times = 2): fc.Arbitrary<T[]> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant<T[]>([]) }, { weight: 1, arbitrary: one.map((it): T[] => [it]) })

function read(known: Known): fc.Arbitrary<Asked> {
  const place = fc.tuple(typeIn(known), ids).map(([type, id]) => `${type}/${id}`)
  const version = fc.tuple(place, fc.integer({ min: 1, max: 4 })).map(([at, number]) => `${at}/_history/${number}`)
  const query = fc.constantFrom<Pair[]>([], [], [['_summary', 'true']], [['_elements', 'name,status,birthDate']])
  return fc
    .tuple(fc.oneof(place, place, version), query, fc.constantFrom({}, {}, { 'if-none-match': 'W/"1"' }))
    .map(([path, pairs, headers]) => ({ ...get(below(path, pairs)), headers }))
}

function history(known: Known): fc.Arbitrary<Asked> {
  const since = moment.map((at): Pair => ['_since', at])
  const at = moment.map((one): Pair => ['_at', one])
  const pairs = fc.tuple(maybe(counted), maybe(fc.oneof(since, at), 3)).map((all): Pair[] => all.flat())
  const number = fc.constantFrom<Pair[]>([], [], [['_count', '0']])
  const place = fc.oneof(
    fc.tuple(typeIn(known), ids).map(([type, id]) => `${type}/${id}/_history`),
    typeIn(known).map((type) => `${type}/_history`),
    fc.constant('_history'),
  )
  return fc.tuple(place, pairs, number).map(([path, asked, none]) => get(below(path, none.length > 0 ? none : asked)))
}

/** What shapes an answer, and what comes with it. */
function shape(known: Known, type: string): fc.Arbitrary<Pair[]> {
  const link = fc.tuple(
    fc.constantFrom('_include', '_include:iterate', '_revinclude', '_revinclude:iterate'),
    linkIn(known),
  )
  const total = fc.constantFrom<Pair>(['_total', 'accurate'], ['_total', 'none'], ['_total', 'estimate'])
  const summary = fc.constantFrom<Pair>(
    ['_summary', 'count'],
    ['_count', '0'],
    ['_summary', 'true'],
    ['_summary', 'data'],
  )
  const contained = fc.constantFrom<Pair[]>(
    [['_contained', 'true']],
    [['_contained', 'both']],
    [
      ['_contained', 'true'],
      ['_containedType', 'container'],
    ],
  )
  return fc
    .tuple(
      fc.array(link, { maxLength: 3 }),
      maybe(counted),
      maybe(sortIn(type).map((sort): Pair => ['_sort', sort])),
      maybe(total, 3),
      maybe(summary, 6),
      maybe(contained, 12).map((all) => all.flat()),
    )
    .map((parts): Pair[] => parts.flat())
}

function linkIn(known: Known): fc.Arbitrary<string> {
  const links = known.seen.links.map(([source, param]) => `${source}:${param}`)
  const wild = known.seen.links.map(([source]) => `${source}:*`)
  return fc.constantFrom(...links, ...links, ...links, ...wild, '*', 'Observation:subject', 'Patient:link')
}

const manner = fc.constantFrom({}, {}, {}, { prefer: 'handling=strict' }, { 'x-explain': 'true' })

function search(known: Known): fc.Arbitrary<Asked> {
  const compartment = fc
    .tuple(fc.constantFrom('Patient', 'Encounter', 'Practitioner'), ids)
    .map(([type, id]) => `${type}/${id}/`)
  return typeIn(known).chain((type) =>
    fc
      .tuple(
        fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 1, arbitrary: compartment }),
        queryIn(known, type),
        shape(known, type),
        manner,
      )
      .map(([within, criteria, more, headers]): Asked => {
        return { ...get(below(`${within}${type}`, [...criteria, ...more])), headers }
      }),
  )
}

function wide(known: Known): fc.Arbitrary<Asked> {
  const types = fc
    .uniqueArray(typeIn(known), { minLength: 1, maxLength: 3 })
    .map((some): Pair => ['_type', some.join()])
  const everything = fc.tuple(ids, maybe(counted), maybe(types, 4)).map(([id, ...more]) => {
    return get(below(`Patient/${id}/$everything`, more.flat()))
  })
  const system = fc
    .tuple(types, maybe(ids.map((id): Pair => ['_id', id])), maybe(counted))
    .map((parts) => get(below('', [parts[0], ...parts.slice(1).flat()] as Pair[])))
  const all = fc.tuple(ids, maybe(counted)).map(([id, count]) => get(below(`Patient/${id}/*`, count)))
  return fc.oneof(everything, everything, system, all)
}

const version = fc.integer({ min: 1, max: 3 }).map((number) => `W/"${number}"`)
const preference = fc.constantFrom({}, {}, { prefer: 'return=minimal' }, { prefer: 'return=OperationOutcome' })
const headers = fc
  .tuple(preference, maybe(version, 4))
  .map(([prefer, [match]]) => ({ ...prefer, ...(match ? { 'if-match': match } : {}) }))

const JSON_PATCH = 'application/json-patch+json'
const patches = fc.constantFrom(
  [{ op: 'add', path: '/language', value: 'en' }],
  [{ op: 'test', path: '/status', value: 'final' }],
  [{ op: 'replace', path: '/birthDate', value: '1970' }],
  [{ op: 'remove', path: '/text' }],
)

function write(known: Known): fc.Arbitrary<Asked> {
  return typeIn(known).chain((type) => {
    const criteria = queryIn(known, type).map(printQuery)
    const create = fc.tuple(bodyFor(known, type), maybe(criteria)).map(([body, [exist]]): Asked => {
      return { method: 'POST', path: type, body, headers: exist ? { 'if-none-exist': exist } : {} }
    })
    const update = ids.chain((id) =>
      fc.tuple(bodyFor(known, type, id), headers).map(([body, more]): Asked => {
        return { method: 'PUT', path: `${type}/${id}`, body, headers: more }
      }),
    )
    const place = fc.oneof(
      ids.map((id) => `${type}/${id}`),
      criteria.map((query) => `${type}?${query}`),
    )
    const updateWhere = fc
      .tuple(criteria, bodyFor(known, type), fc.option(ids, { nil: undefined }))
      .map(([query, body, id]): Asked => {
        return { method: 'PUT', path: `${type}?${query}`, body: id ? { ...body, id } : body, headers: {} }
      })
    const remove = fc.tuple(place, headers).map(([path, more]): Asked => ({ method: 'DELETE', path, headers: more }))
    const patch = fc.tuple(place, patches, headers).map(([path, body, more]): Asked => {
      return { method: 'PATCH', path, body, headers: { ...more, 'content-type': JSON_PATCH } }
    })
    return fc.oneof(create, update, updateWhere, remove, patch)
  })
}

/** A batch or a transaction of reads and writes; one of them at the most makes something new, whose id is by chance. */
function bundle(known: Known): fc.Arbitrary<Asked> {
  const reading = fc.oneof(read(known), search(known))
  const reference = fc
    .tuple(typeIn(known), fc.nat())
    .chain(([type]) => queryIn(known, type).map((query) => ({ reference: `${type}?${printQuery(query)}` })))
  const referring = fc.tuple(bodyFor(known, 'Observation'), reference).map(([body, subject]): Asked => {
    return { method: 'POST', path: 'Observation', body: { ...body, subject, status: 'final' }, headers: {} }
  })
  const entries = fc.tuple(
    fc.array(reading, { maxLength: 3 }),
    fc.array(write(known), { maxLength: 3 }),
    maybe(referring),
  )
  return fc.tuple(fc.constantFrom('batch', 'transaction'), entries).map(([type, [reads, writes, made]]) => {
    const news = [...made, ...writes].filter(isNew).slice(0, 1)
    const all = [...reads, ...writes.filter((one) => !isNew(one)), ...news]
    const body = { resourceType: 'Bundle', type, entry: all.map(entryOf) }
    return { method: 'POST', path: '', body, headers: {} }
  })
}

const isNew = ({ method, path }: Asked) => method === 'POST' || (method === 'PUT' && path.includes('?'))

function entryOf({ method, path, body, headers: sent }: Asked): unknown {
  const request = {
    method,
    url: path,
    ...(sent['if-none-exist'] ? { ifNoneExist: sent['if-none-exist'] } : {}),
    ...(sent['if-match'] ? { ifMatch: sent['if-match'] } : {}),
  }
  if (method !== 'PATCH') return { request, ...(body ? { resource: body } : {}) }
  const data = Buffer.from(JSON.stringify(body)).toString('base64')
  return { request, resource: { resourceType: 'Binary', contentType: JSON_PATCH, data } }
}

/** Any request that may tell something, mostly of what is in one store or the other. */
export function requestIn(known: Known): fc.Arbitrary<Asked> {
  return fc.oneof(
    { weight: 3, arbitrary: read(known) },
    { weight: 2, arbitrary: history(known) },
    { weight: 9, arbitrary: search(known) },
    { weight: 2, arbitrary: wide(known) },
    { weight: 4, arbitrary: write(known) },
    { weight: 2, arbitrary: bundle(known) },
  )
}
