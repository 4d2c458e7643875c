import type { Link, ResourceName, Restriction } from '../searcher.ts'
import { Conditions } from './conditions.ts'
import { type Fragment, inTime, join, listOf, raw, sql } from './fragment.ts'
import type { Numbers } from './numbers.ts'
import { stepOf } from './steps.ts'

const COLUMNS = 't.name, r.id, r.seq, octet_length(v.text)'

/** Selects of what links lead to, each resource once a link: its type, id and `seq`, and how long its text is. */
export function linkStatements(
  numbers: Numbers,
  from: readonly ResourceName[],
  links: readonly Link[],
  restriction: Restriction,
): Fragment[] {
  const idsByType = Map.groupBy(from, ({ type }) => type)
  return links.flatMap((link) => {
    const starts = link.reverse ? link.targets : [link.source]
    return starts.flatMap((type) => {
      const ids = idsByType.get(type)?.map(({ id }) => id)
      if (!ids) return []
      // A canonical leads to each type by an entry of its own.
      const ends = link.canonical && !link.reverse ? link.targets.map((end) => [end]) : [link.targets]
      return ends.map((targets) => statement(numbers, type, ids, { ...link, targets }, restriction))
    })
  })
}

function statement(numbers: Numbers, type: string, ids: string[], link: Link, restriction: Restriction): Fragment {
  const { reverse, source, param, canonical, targets } = link
  const conditions = new Conditions(numbers, restriction)
  const target = reverse ? type : targets[0]!
  const step = stepOf(numbers, { type: source, param, canonical }, target, reverse ? 'back' : 'forth', 'e')
  const [start, end] = reverse ? [step.far, step.near] : [step.near, step.far]
  const names = sql`${listOf(ids)} j CROSS JOIN resource o ON o.type = ${numbers.type(type)} AND o.id = j.value`
  const found = sql`SELECT DISTINCT ${raw(end)} AS rid FROM ${names} CROSS JOIN ${step.tables}
    WHERE ${raw(start)} = o.rid AND ${step.where} AND ${inTime(step.near)}`
  return sql`SELECT ${raw(COLUMNS)} FROM (${found}) d
    CROSS JOIN resource r ON r.rid = d.rid CROSS JOIN type t ON t.id = r.type CROSS JOIN version v ON v.seq = r.seq
    WHERE r.live = 1 AND ${visibleEnds(reverse ? [source] : targets, conditions)}`
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
