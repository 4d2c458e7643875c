import type { SearchParameterTable } from '../../../resources/definitions/shapes.ts'
import { isInclude, parseInclude } from '../../../search/include.ts'
import {
  type Query,
  queriesOfCount,
  queriesOfLinks,
  queriesOfPage,
  type Told,
} from '../../../search/mongo/plans/recorder.ts'
import { ParameterRegistry, parametersOf } from '../../../search/parameters.ts'
import { parseCriteria } from '../../../search/parse.ts'
import { parseQuery } from '../../../search/query.ts'
import type { Link, Search } from '../../../search/searcher.ts'
import { parseSort } from '../../../search/sort.ts'
import { EVERYTHING } from '../../contract/store.ts'
import { BASE } from '../criteria.ts'

/** Matches of a page. */
export const COUNT = 50

/** What a query such as `Patient?name=ann&_include=…` asks for. */
export interface Asked {
  search: Search
  links: Link[]
  isCount: boolean
}

/** Parameters that US Core defines, and R4 does not. */
const US_CORE: SearchParameterTable[] = [
  ['CareTeam', 'role', 'token', 'CareTeam.participant.role'],
  ['Condition', 'asserted-date', 'date', "Condition.extension.where(url = 'http://x/assertedDate').value"],
  ['Encounter', 'discharge-disposition', 'token', 'Encounter.hospitalization.dischargeDisposition'],
  ['Goal', 'description', 'token', 'Goal.description'],
].map(([base, code, type, expression]) => {
  return { url: `http://x/us-core-${base}-${code}`, code, type, base: [base], expression } as SearchParameterTable
})

/** R4's parameters and those of US Core. */
export const PARAMETERS = new ParameterRegistry()
PARAMETERS.replace(US_CORE.map((table) => ({ id: table.url.slice(9), table })))

/** Reads a query; of a parameter that is not known it throws an Error. */
export function askedBy(query: string): Asked {
  const [type = '', rest = ''] = query.split('?')
  const pairs = parseQuery(rest)
  const { expression, unknown } = parseCriteria(type, pairs, { baseUrl: BASE, parameters: PARAMETERS })
  if (unknown.length > 0) throw new Error(`${type} has no ${unknown.join()}`)
  const sort = parseSort(type, pairs.find(([name]) => name === '_sort')?.[1] ?? '', PARAMETERS)
  const steps = pairs.filter(([name]) => isInclude(name)).map(([name, value]) => parseInclude([type], name, value))
  return {
    search: { type, where: expression, restriction: EVERYTHING, sort },
    links: steps.flatMap(({ links }) => links),
    isCount: pairs.some(([name, value]) => name === '_summary' && value === 'count'),
  }
}

/** The queries that a query of FHIR comes to, those of what it includes with them. */
export async function queriesOf(query: string, told: Told, from?: string): Promise<Query[]> {
  const { search, links, isCount } = askedBy(query)
  const queries = isCount ? await queriesOfCount(search, told) : await queriesOfPage(search, COUNT, told, from)
  if (links.length === 0) return queries
  const found = Array.from({ length: COUNT }, (_, at) => ({ type: search.type, id: `x${at}` }))
  return [...queries, ...(await queriesOfLinks(found, links, EVERYTHING, told))]
}

/** A query that asks a type for parameters, such as US Core lists them (`patient+category+date`). */
export function queryFor(type: string, list: string): string {
  return `${type}?${list
    .split('+')
    .flatMap((code) => criteriaFor(type, code))
    .join('&')}`
}

function criteriaFor(type: string, code: string): string[] {
  if (code === '_id') return ['_id=x']
  const parameter = parametersOf(type, PARAMETERS).get(code)
  switch (code === '_lastUpdated' ? 'date' : parameter?.type) {
    case 'date':
      return [`${code}=ge2020-01-01`, `${code}=lt2021-01-01`]
    case 'reference':
      return [`${code}=${code === 'patient' ? 'Patient' : (parameter?.targets?.[0] ?? 'Patient')}/x`]
    case 'token':
      return [`${code}=http://x|one`]
    case 'string':
      return [`${code}=ann`]
    default:
      throw new Error(`${type} has no ${code} to ask for`)
  }
}
