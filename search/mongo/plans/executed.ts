/** What MongoDB tells of how it has answered a query (`explain('executionStats')`). */
export interface Executed {
  /** Stages of the plans that were chosen, of all shards. */
  stages: readonly string[]
  indexes: readonly string[]
  documents: number
  keys: number
  returned: number
  /** Documents that were put in order in memory. */
  sorted: number
}

/** Documents looked at for each one returned, at the most. */
const MOST_FOR_ONE = 3

type Part = Readonly<Record<string, unknown>>

/**
 * Reads the explanation of a `find` or an aggregation by a mongod or a mongos, whichever of its engines has answered. Throws
 * an Error where nothing is told of an execution.
 */
export function executedOf(explanation: unknown): Executed {
  const cursors = cursorsOf(explanation as Part)
  if (cursors.length === 0) throw new Error('nothing was executed')
  const plans = cursors.flatMap(({ queryPlanner }) => within(partOf(queryPlanner).winningPlan))
  const executed = cursors.map(({ executionStats }) => partOf(executionStats))
  const sum = (name: string) => executed.reduce((all, stats) => all + Number(stats[name] ?? 0), 0)
  return {
    stages: [...new Set(plans.flatMap(({ stage }) => (typeof stage === 'string' ? [stage] : [])))],
    indexes: [...new Set(plans.flatMap(({ indexName }) => (typeof indexName === 'string' ? [indexName] : [])))],
    documents: sum('totalDocsExamined'),
    keys: sum('totalKeysExamined'),
    returned: sum('nReturned'),
    sorted: executed.reduce((all, { executionStages }) => all + sortedIn(executionStages), 0),
  }
}

/** What is wrong with how a query was answered, where a page has so many resources. */
export function executionFaults({ stages, documents, returned, sorted }: Executed, page: number): string[] {
  const most = Math.max(1, returned) * MOST_FOR_ONE
  return [
    ...(stages.includes('COLLSCAN') ? ['the collection was read through'] : []),
    ...(sorted > page ? [`${sorted} documents were sorted in memory`] : []),
    ...(documents > most ? [`${documents} documents were looked at for ${returned}`] : []),
  ]
}

/** Whether a server that says this of itself (`buildInfo`) is MongoDB's own: what plans others make says nothing of its. */
export function isMongod(info: Part): boolean {
  const { gitVersion, javascriptEngine, allocator } = info
  const isBuilt = /^[0-9a-f]{40}$/.test(String(gitVersion)) && !/^0+$/.test(String(gitVersion))
  const isOther = Object.keys(info).some((name) => /secantus|ferret|documentdb|cosmos/i.test(name))
  return isBuilt && !isOther && javascriptEngine !== undefined && allocator !== undefined
}

/** What was read from collections: a `find` is one such, an aggregation begins with one, each shard has its own. */
function cursorsOf(explanation: Part): Part[] {
  const { stages, shards, queryPlanner, executionStats } = explanation
  if (Array.isArray(stages)) {
    return (stages as Part[]).flatMap(({ $cursor }) => ($cursor === undefined ? [] : cursorsOf(partOf($cursor))))
  }
  if (queryPlanner !== undefined && executionStats !== undefined) return [explanation]
  return shards === undefined ? [] : Object.values(partOf(shards)).flatMap((one) => cursorsOf(partOf(one)))
}

/** A part of an explanation with stages, and all below it, whatever the names are that it has them under. */
function within(part: unknown): Part[] {
  if (Array.isArray(part)) return part.flatMap(within)
  if (typeof part !== 'object' || part === null) return []
  const inner = Object.entries(part).filter(([name]) => /stage|plan|shards/i.test(name) && name !== 'rejectedPlans')
  return [part as Part, ...inner.flatMap(([, value]) => within(value))]
}

function sortedIn(stages: unknown): number {
  return within(stages)
    .filter(({ stage }) => stage === 'SORT' || stage === 'sort')
    .reduce((all, { inputStage }) => all + Number(partOf(inputStage).nReturned ?? 0), 0)
}

function partOf(value: unknown): Part {
  return (value ?? {}) as Part
}
