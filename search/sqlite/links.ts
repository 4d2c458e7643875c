import type { Link, ResourceName, Restriction } from '../searcher.ts'
import { Conditions } from './conditions.ts'
import { type Fragment, inTime, join, listOf, raw, sql } from './fragment.ts'
import type { Numbers } from './numbers.ts'
import { stepOf } from './steps.ts'

const COLUMNS = 't.name, r.id, r.seq, octet_length(v.text)'

/** Selects of what links lead to, each resource once or more: its type, id and `seq`, and how long its text is. */
export function linkStatements(
  numbers: Numbers,
  from: readonly ResourceName[],
  links: readonly Link[],
  restriction: Restriction,
): Fragment[] {
  const idsByType = Map.groupBy(from, ({ type }) => type)
  const idsOf = (type: string) => idsByType.get(type)?.map(({ id }) => id) ?? []
  const forth = links.filter(({ reverse, canonical }) => !reverse && !canonical)
  const together = [...Map.groupBy(forth, ({ source }) => source)].flatMap(([source, own]) => {
    const ids = idsOf(source)
    return ids.length === 0 ? [] : [referredStatement(new Conditions(numbers, restriction), source, ids, own)]
  })
  const others = links.filter((link) => !forth.includes(link))
  const apart = others.flatMap((link) => {
    return (link.reverse ? link.targets : [link.source]).flatMap((type) => {
      const ids = idsOf(type)
      if (ids.length === 0) return []
      // A canonical leads to each type by an entry of its own.
      const ends = link.canonical && !link.reverse ? link.targets.map((end) => [end]) : [link.targets]
      return ends.map((targets) => statement(new Conditions(numbers, restriction), type, ids, { ...link, targets }))
    })
  })
  return [...together, ...apart]
}

/** What the references of several parameters of a type lead to, as one statement. */
function referredStatement(conditions: Conditions, source: string, ids: string[], links: readonly Link[]): Fragment {
  const { numbers } = conditions
  const params = links.map(({ param }) => numbers.param(source, param))
  const found = sql`SELECT DISTINCT e.value AS rid, e.param FROM ${startsOf(numbers, source, ids)} CROSS JOIN entry e
    WHERE e.rid = o.rid AND e.param IN (${join(params, ', ')}) AND ${inTime('e.rid')}`
  const ends = links.map(({ targets }, at) => sql`(d.param = ${params[at]!} AND ${visibleEnds(targets, conditions)})`)
  return foundStatement(found, sql`(${join(ends, ' OR ')})`)
}

function statement(conditions: Conditions, type: string, ids: string[], link: Link): Fragment {
  const { reverse, source, param, canonical, targets } = link
  const { numbers } = conditions
  const target = reverse ? type : targets[0]!
  const step = stepOf(numbers, { type: source, param, canonical }, target, reverse ? 'back' : 'forth', 'e')
  const [start, end] = reverse ? [step.far, step.near] : [step.near, step.far]
  const found = sql`SELECT DISTINCT ${raw(end)} AS rid FROM ${startsOf(numbers, type, ids)} CROSS JOIN ${step.tables}
    WHERE ${raw(start)} = o.rid AND ${step.where} AND ${inTime(step.near)}`
  return foundStatement(found, visibleEnds(reverse ? [source] : targets, conditions))
}

/** The resources that links start from, in table `o`. */
function startsOf(numbers: Numbers, type: string, ids: string[]): Fragment {
  return sql`${listOf(ids)} j CROSS JOIN resource o ON o.type = ${numbers.type(type)} AND o.id = j.value`
}

function foundStatement(found: Fragment, isSeen: Fragment): Fragment {
  return sql`SELECT ${raw(COLUMNS)} FROM (${found}) d
    CROSS JOIN resource r ON r.rid = d.rid CROSS JOIN type t ON t.id = r.type CROSS JOIN version v ON v.seq = r.seq
    WHERE r.live = 1 AND ${isSeen}`
}

/** That the resource in table `r` is of one of these types, and that the caller may see it. */
function visibleEnds(types: readonly string[], conditions: Conditions): Fragment {
  const narrowings = types.map((type) => [type, conditions.narrowing(type)] as const)
  const open = narrowings.filter(([, { kind }]) => kind === 'all').map(([type]) => type)
  const tests = [sql`r.type IN (SELECT id FROM type WHERE name IN (SELECT value FROM ${listOf(open)}))`]
  for (const [type, narrowing] of narrowings) {
    if (narrowing.kind === 'all' || narrowing.kind === 'none') continue
    tests.push(
      sql`(r.type = ${conditions.numbers.type(type)} AND ${conditions.unrestricted.test(type, narrowing, { rid: 'r.rid', row: 'r' })})`,
    )
  }
  return sql`(${join(tests, ' OR ')})`
}
