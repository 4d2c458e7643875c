import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { instantOf } from '../../resources/dates.ts'
import type { IndexEntry } from '../../resources/store/port.ts'
import type { Expression } from '../../search/expression.ts'
import { included, parseInclude } from '../../search/include.ts'
import { indexEntries } from '../../search/index-entries.ts'
import type { Facts } from '../../search/matches.ts'
import { parametersOf } from '../../search/parameters.ts'
import { parseCriteria } from '../../search/parse.ts'
import { parseSort } from '../../search/sort.ts'
import { readPieces } from '../../server/cli/sources.ts'
import { EVERYTHING } from '../contract/store.ts'
import { answer, sorted } from '../support/oracle/answers.ts'
import { type Include, includeName, includeValue, reached } from '../support/oracle/includes.ts'
import type { Pair } from '../support/oracle/plain.ts'
import { BASE, openServer, type TestServer } from '../support/server.ts'

const SHARED = process.env.SHARED ?? join(import.meta.dirname, '..', '..', '..', 'shared')
const DEMANDS = join(SHARED, 'packages', 'us-core-search.csv')
const skip = existsSync(DEMANDS) ? false : `left out: ${DEMANDS} is not here`

/** Resources of a type whose values are asked for. */
const SAMPLES = 3

/** Loads the Bundles of an archive, of the patients' the first few. */
async function load(t: Test, server: TestServer, archive: string, patients: number): Promise<void> {
  let left = patients
  for await (const { name, bytes } of readPieces(join(SHARED, 'data', 'synthea', archive), () => undefined)) {
    if (/patient/.test(name) && left-- <= 0) continue
    const { status } = await server.post('', bytes)
    t.equal(status, 200, name)
  }
}

/** All there is, as plain JavaScript looks at it, from the stored texts alone. */
async function factsOf({ services }: TestServer): Promise<Map<string, Facts[]>> {
  const facted = new Map<string, Facts[]>()
  let after: string | undefined
  for (;;) {
    const page = await services.store.scan(after, 500)
    if (page.length === 0) return facted
    for (const { type, id, lastUpdated, text } of page) {
      const facts = { id, lastUpdated, entries: indexEntries(type, JSON.parse(text.toString()), BASE) }
      if (!facted.get(type)?.push(facts)) facted.set(type, [facts])
    }
    after = page.at(-1)!.position
  }
}

/** A row of what US Core demands: parameters that come together, the comparators of dates, and the includes. */
interface Demand {
  type: string
  params: string[]
  includes: Include[]
}

function demands(): Demand[] {
  const [, ...lines] = readFileSync(DEMANDS, 'utf8').trim().split('\n')
  return lines.map((line) => {
    const [type = '', params = ''] = line.split(',')
    const includes = [...line.matchAll(/_(rev)?include=(\w+):([\w-]+)(?::(\w+))?/g)].map(
      ([, reverse, source = '', param = '', target]): Include => ({
        reverse: reverse !== undefined,
        iterate: false,
        source,
        param,
        target,
      }),
    )
    return { type, params: params.split('+'), includes }
  })
}

/** What R4 has no parameter for, US Core defining one of its own. */
function isOwn(type: string, param: string): boolean {
  return !param.startsWith('_') && !parametersOf(type).has(param)
}

const escaped = (text: string) => text.replace(/[\\,|$]/g, '\\$&')

/** Ways to ask for what a resource has; the first of them finds it. */
function valuesOf(param: string, { id, lastUpdated, entries }: Facts): string[] {
  if (param === '_id') return [id, `${id},none`]
  if (param === '_lastUpdated') return dated(lastUpdated)
  const named = entries.filter(([kind, name, text]) => name === param && !(kind === 'uri' && text.startsWith('#')))
  const own = named.find(([kind]) => kind !== 'uri') ?? named[0]
  return own ? ofEntry(own) : []
}

function ofEntry(entry: IndexEntry): string[] {
  switch (entry[0]) {
    case 'token': {
      const [, , system, code] = entry
      return [
        `${escaped(system)}|${escaped(code)}`,
        escaped(code),
        `${escaped(code)},none`,
        ...(system ? [`${escaped(system)}|`] : []),
      ]
    }
    case 'reference':
      return [`${entry[2]}/${entry[3]}`, entry[3], `${BASE}/${entry[2]}/${entry[3]}`]
    case 'string':
      return [escaped(entry[3]), escaped(entry[2].slice(0, 3)), `${escaped(entry[3])},none`]
    case 'uri':
      return [escaped(entry[2])]
    case 'range':
      return dated(entry[3])
    default:
      return []
  }
}

function dated(moment: number): string[] {
  const [instant, day, month] = [instantOf(moment), instantOf(moment).slice(0, 10), instantOf(moment).slice(0, 7)]
  const prefixed = ['ge', 'gt', 'le', 'lt', 'sa', 'eb', 'ne', 'ap'].flatMap((prefix) => [
    `${prefix}${day}`,
    `${prefix}${instant}`,
  ])
  return [`ge${day}`, day, month, instant, ...prefixed]
}

/** Every demanded search of some resources' values: the first value of each parameter, then each value of each. */
function* searchesFor(
  { type, params }: Demand,
  facted: Map<string, Facts[]>,
): Generator<{ pairs: Pair[]; of: Facts | undefined }> {
  const having = (facted.get(type) ?? []).filter((facts) => params.every((param) => valuesOf(param, facts).length > 0))
  const step = Math.max(1, Math.floor(having.length / SAMPLES))
  for (const facts of having.filter((_, at) => at % step === 0).slice(0, SAMPLES)) {
    const values = params.map((param) => valuesOf(param, facts))
    const first = params.map((param, at): Pair => [param, values[at]![0]!])
    yield { pairs: first, of: facts }
    for (const [at, param] of params.entries()) {
      for (const value of values[at]!.slice(1)) yield { pairs: first.with(at, [param, value]), of: undefined }
    }
    const [date] = params.flatMap((param, at) =>
      values[at]![0]!.startsWith('ge') ? [[param, values[at]!] as const] : [],
    )
    if (date) yield { pairs: [...first, [date[0], date[1].find((value) => value.startsWith('le'))!]], of: undefined }
  }
}

t.test('every search that US Core demands finds on real data what plain JavaScript finds', { skip }, async (t) => {
  const server = await openServer(t)
  await load(t, server, 'uscore10.tar.gz', 6)
  await load(t, server, 'sample20.tar.gz', 3)
  const facted = await factsOf(server)
  const tried = { resources: 0, demands: 0, withData: 0, searches: 0, agree: 0, finding: 0, including: 0 }
  tried.resources = [...facted.values()].reduce((sum, list) => sum + list.length, 0)
  const own = new Set<string>()
  const without: string[] = []
  for (const demand of demands()) {
    tried.demands++
    for (const param of demand.params) if (isOwn(demand.type, param)) own.add(`${demand.type}.${param}`)
    const searches = [...searchesFor(demand, facted)]
    if (searches.length > 0) tried.withData++
    else without.push(`${demand.type}?${demand.params.join('+')}`)
    for (const { pairs, of } of searches) await check(t, server, facted, demand, pairs, of, tried)
  }
  t.comment(JSON.stringify(tried))
  t.comment(`parameters of US Core's own: ${[...own].join(', ')}`)
  t.comment(`without data: ${without.join(', ')}`)
  t.equal(tried.agree, tried.searches)
  t.ok(tried.searches > 1000)
})

async function check(
  t: Test,
  { services }: TestServer,
  facted: Map<string, Facts[]>,
  { type, includes }: Demand,
  pairs: Pair[],
  of: Facts | undefined,
  tried: Record<'searches' | 'agree' | 'finding' | 'including', number>,
): Promise<void> {
  tried.searches++
  const { expression: where } = parseCriteria(type, pairs, { baseUrl: BASE })
  const words = `${type}?${pairs.map((pair) => pair.join('=')).join('&')}`
  const isThere = await agrees(services.searcher, facted, { type, where }, of)
  if (!isThere.same) t.fail(words)
  else tried.agree++
  if (isThere.found.length > 0) tried.finding++
  if (!of) return
  const from = isThere.found.slice(0, 20).map((id) => ({ type, id }))
  const steps = includes.map((one) => parseInclude([type], includeName(one), includeValue(one)))
  const names = from.map(({ id }) => `${type}/${id}`)
  const wanted = reached(facted, names, includes, EVERYTHING)
  const { found } = await included(from, steps, EVERYTHING, services.searcher)
  if (found.length > 0) tried.including++
  t.strictSame(found.map((one) => `${one.type}/${one.id}`).sort(), wanted, `${words} and what belongs to it`)
}

type Asked = { type: string; where: Expression }

/** Whether the store finds the same, sorted newest first, counts as many, and finds what the values were taken from. */
async function agrees(
  searcher: TestServer['services']['searcher'],
  facted: Map<string, Facts[]>,
  { type, where }: Asked,
  of: Facts | undefined,
): Promise<{ same: boolean; found: string[] }> {
  const wanted = answer(facted, type, where, EVERYTHING)
  const sort = parseSort(type, parametersOf(type).has('date') ? '-date' : '-_lastUpdated')
  const search = { type, where, restriction: EVERYTHING }
  const page = await searcher.find({ ...search, sort }, 20_000)
  const found = page.found.map(({ id }) => id)
  const inOrder = sorted(wanted, sort).map(({ id }) => id)
  const ids = await searcher.ids(search, 20_000)
  const same =
    JSON.stringify(found) === JSON.stringify(inOrder) &&
    JSON.stringify(ids.sort()) === JSON.stringify([...found].sort()) &&
    (await searcher.count(search)) === found.length &&
    (!of || found.includes(of.id))
  return { same, found }
}
