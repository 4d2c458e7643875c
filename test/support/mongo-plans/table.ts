import { type Facts, SEARCHES } from '../../../bench/searches.ts'
import { indexesOf } from '../../../resources/store/mongo/indexes.ts'
import { type Plan, planOf } from '../../../search/mongo/plans/plan.ts'
import { queriesOf } from './asked.ts'

/** Of what the benchmark's searches are about. */
export const FACTS: Facts = { patients: ['x'], codes: ['8302-2'], names: ['ann'] }

/** A table in Markdown of how each of the benchmark's searches is answered, query by query. */
export async function planTable(): Promise<string[]> {
  const lines = ['| search | query of | index | leads to | order |', '|---|---|---|---|---|']
  for (const { name, path } of SEARCHES) {
    for (const query of await queriesOf(path(FACTS, 0), { most: 100 })) {
      const plan = planOf(query, indexesOf(query.type))
      const order = query.sort === undefined ? 'none asked' : wordsOf(plan)
      lines.push(`| ${name} | ${query.type} | ${plan.indexes.join(', ')} | ${plan.selectivity} | ${order} |`)
    }
  }
  return lines
}

function wordsOf({ sort, stretches }: Plan): string {
  if (sort === 'in order') return 'in order'
  return sort === 'merged' ? `merged from ${stretches}` : 'sorted in memory'
}

if (import.meta.main) process.stdout.write(`${(await planTable()).join('\n')}\n`)
