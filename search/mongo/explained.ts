import type { Document } from 'mongodb'
import type { Search } from '../searcher.ts'
import { everyOf } from './conditions.ts'
import type { Filters } from './far.ts'
import { fieldsOf, hasStretches, stretchesOf } from './order.ts'
import type { Reading } from './reading.ts'

/** Matches of the page that is explained. */
const COUNT = 50

/** How a search would be made, for people: the filter, how many meet it, and the stages of the server's plans. */
export async function explained(
  reading: Reading,
  filters: Filters,
  { type, where, sort = [] }: Search,
): Promise<string[]> {
  const filter = await filters.read(type, where)
  const fields = fieldsOf(sort)
  const words = [`filter ${JSON.stringify(filter)}`, `which ${await reading.count(type, filter)} meet`]
  if (!hasStretches(fields)) return [...words, 'all of them are sorted by several keys', ...(await stages(filter, {}))]
  for (const stretch of stretchesOf({ fields, place: undefined, backward: false }, false)) {
    words.push(...(await stages(everyOf([filter, stretch.filter]), stretch.sort)))
  }
  return words

  async function stages(asked: typeof filter, order: Record<string, 1 | -1>): Promise<string[]> {
    const plan = await reading.explained(type, asked, order, COUNT)
    return ['statement', ...stagesOf(plan.queryPlanner?.winningPlan).map((stage) => `  ${stage}`)]
  }
}

/** Stages of a plan, from the last to those that read. */
function stagesOf(plan: Document | undefined): string[] {
  if (!plan) return []
  const { stage, indexName, inputStage, inputStages = [], queryPlan, shards = [] } = plan
  const own = stage === undefined ? [] : [indexName === undefined ? String(stage) : `${stage} ${indexName}`]
  const inner: (Document | undefined)[] = [
    inputStage,
    queryPlan,
    ...inputStages,
    ...shards.map(({ winningPlan }: Document) => winningPlan),
  ]
  return [...own, ...inner.flatMap(stagesOf)]
}
