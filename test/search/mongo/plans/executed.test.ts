import t from 'tap'
import { executedOf, executionFaults, isMongod } from '../../../../search/mongo/plans/executed.ts'

// Explanations as MongoDB 8 gives them, without what nobody reads.

const scan = (indexName: string) => ({ stage: 'IXSCAN', indexName, isMultiKey: true, direction: 'forward' })
const planner = (winningPlan: object) => ({
  namespace: 'd.Observation',
  winningPlan,
  rejectedPlans: [{ stage: 'COLLSCAN' }],
})
const stats = (nReturned: number, totalKeysExamined: number, totalDocsExamined: number, executionStages: object) => {
  return { executionSuccess: true, nReturned, totalKeysExamined, totalDocsExamined, executionStages }
}

const IN_ORDER = {
  explainVersion: '1',
  queryPlanner: planner({
    isCached: false,
    stage: 'LIMIT',
    limitAmount: 51,
    inputStage: { stage: 'PROJECTION_DEFAULT', inputStage: { stage: 'FETCH', inputStage: scan('keys') } },
  }),
  executionStats: stats(51, 51, 51, {
    stage: 'LIMIT',
    nReturned: 51,
    inputStage: { stage: 'FETCH', nReturned: 51, inputStage: { stage: 'IXSCAN', nReturned: 51, indexName: 'keys' } },
  }),
}

const SORTED = {
  queryPlanner: planner({
    stage: 'SORT',
    sortPattern: { _id: 1 },
    type: 'simple',
    limitAmount: 51,
    inputStage: { stage: 'FETCH', inputStage: scan('keys') },
  }),
  executionStats: stats(51, 300, 300, {
    stage: 'SORT',
    nReturned: 51,
    usedDisk: false,
    inputStage: { stage: 'FETCH', nReturned: 300, inputStage: { stage: 'IXSCAN', nReturned: 300 } },
  }),
}

const MERGED = {
  queryPlanner: planner({
    stage: 'LIMIT',
    inputStage: {
      stage: 'FETCH',
      inputStage: { stage: 'SORT_MERGE', inputStages: [scan('earliest'), scan('earliest'), scan('latest')] },
    },
  }),
  executionStats: stats(5, 9, 5, {
    stage: 'LIMIT',
    nReturned: 5,
    inputStage: { stage: 'FETCH', nReturned: 5, inputStage: { stage: 'SORT_MERGE', nReturned: 5, inputStages: [] } },
  }),
}

const THROUGH = {
  queryPlanner: planner({ stage: 'COLLSCAN', direction: 'forward' }),
  executionStats: stats(2, 0, 900, { stage: 'COLLSCAN', nReturned: 2, docsExamined: 900 }),
}

const BY_ID = {
  queryPlanner: planner({ isCached: false, stage: 'EXPRESS_IXSCAN', keyPattern: '{ _id: 1 }', indexName: '_id_' }),
  executionStats: stats(1, 1, 1, { stage: 'EXPRESS_IXSCAN', nReturned: 1, keysExamined: 1, docsExamined: 1 }),
}

const NOTHING = {
  queryPlanner: planner({ stage: 'EOF' }),
  executionStats: stats(0, 0, 0, { stage: 'EOF', nReturned: 0 }),
}

/** By the other engine: stages of the plan are below `queryPlan`, those of the execution have names of their own. */
const SLOTS = {
  explainVersion: '2',
  queryPlanner: planner({
    isCached: false,
    queryPlan: { stage: 'GROUP', planNodeId: 3, inputStage: { stage: 'FETCH', inputStage: scan('keys') } },
    slotBasedPlan: { slots: '$$RESULT=s13', stages: '[3] project [s13 = newObj("_id", s9)]' },
  }),
  executionStats: stats(4, 40, 40, {
    stage: 'project',
    nReturned: 4,
    inputStage: { stage: 'sort', nReturned: 4, inputStage: { stage: 'group', nReturned: 4 } },
  }),
}

const AGGREGATION = {
  explainVersion: '1',
  stages: [
    { $cursor: { queryPlanner: SORTED.queryPlanner, executionStats: IN_ORDER.executionStats }, nReturned: 51 },
    { $unwind: { path: '$value' }, nReturned: 60 },
    { $group: { _id: '$value' }, nReturned: 9 },
  ],
}

const SHARDED = {
  queryPlanner: {
    winningPlan: {
      stage: 'SHARD_MERGE_SORT',
      shards: [
        { shardName: 'a', ...SORTED.queryPlanner },
        { shardName: 'b', ...IN_ORDER.queryPlanner },
      ],
    },
  },
  executionStats: {
    nReturned: 102,
    totalKeysExamined: 351,
    totalDocsExamined: 351,
    executionStages: {
      stage: 'SHARD_MERGE_SORT',
      nReturned: 102,
      shards: [
        { shardName: 'a', nReturned: 51, executionStages: SORTED.executionStats.executionStages },
        { shardName: 'b', nReturned: 51, executionStages: IN_ORDER.executionStats.executionStages },
      ],
    },
  },
}

const SHARDED_AGGREGATION = { mergeType: 'mongos', shards: { a: AGGREGATION, b: { ...IN_ORDER, host: 'b:27018' } } }

t.test('what was looked at, and by which way', async (t) => {
  for (const [explanation, executed] of [
    [IN_ORDER, { indexes: ['keys'], documents: 51, keys: 51, returned: 51, sorted: 0 }],
    [SORTED, { stages: ['SORT', 'FETCH', 'IXSCAN'], indexes: ['keys'], documents: 300, returned: 51, sorted: 300 }],
    [MERGED, { indexes: ['earliest', 'latest'], documents: 5, keys: 9, returned: 5, sorted: 0 }],
    [THROUGH, { stages: ['COLLSCAN'], indexes: [], documents: 900, returned: 2 }],
    [BY_ID, { stages: ['EXPRESS_IXSCAN'], indexes: ['_id_'], documents: 1, returned: 1 }],
    [NOTHING, { stages: ['EOF'], indexes: [], documents: 0, returned: 0 }],
    [SLOTS, { stages: ['GROUP', 'FETCH', 'IXSCAN'], indexes: ['keys'], documents: 40, returned: 4, sorted: 4 }],
    [AGGREGATION, { indexes: ['keys'], documents: 51, returned: 51, sorted: 0 }],
    [SHARDED, { indexes: ['keys'], documents: 351, returned: 102, sorted: 300 }],
    [SHARDED_AGGREGATION, { indexes: ['keys'], documents: 102, returned: 102 }],
  ] as const) {
    t.match(executedOf(explanation), executed)
  }
  t.throws(() => executedOf({ queryPlanner: IN_ORDER.queryPlanner }), 'only planned')
  t.throws(() => executedOf({ ok: 1 }))
})

t.test('what is wrong with it', async (t) => {
  const faults = (explanation: unknown, page = 51) => executionFaults(executedOf(explanation), page)
  for (const good of [IN_ORDER, MERGED, BY_ID, NOTHING]) t.strictSame(faults(good), [])
  t.strictSame(faults(SORTED), ['300 documents were sorted in memory', '300 documents were looked at for 51'])
  t.strictSame(faults(SORTED, 300), ['300 documents were looked at for 51'])
  t.strictSame(faults(THROUGH), ['the collection was read through', '900 documents were looked at for 2'])
  t.strictSame(faults(SHARDED), ['300 documents were sorted in memory', '351 documents were looked at for 102'])
  const none = { ...BY_ID, executionStats: stats(0, 3, 3, {}) }
  t.strictSame(faults(none), [], 'a few are looked at in vain')
  t.strictSame(faults({ ...none, executionStats: stats(0, 4, 4, {}) }), ['4 documents were looked at for 0'])
})

t.test('which servers are MongoDB', async (t) => {
  const own = {
    version: '8.0.4',
    gitVersion: 'bc35ab4305d9920d9d0491c1c9ef9b72383d31f9',
    allocator: 'tcmalloc-google',
    javascriptEngine: 'mozjs',
    modules: [],
    storageEngines: ['wiredTiger'],
  }
  t.equal(isMongod(own), true)
  t.equal(isMongod({ ...own, storageEngines: undefined }), true, 'a mongos too')
  t.equal(isMongod({ ...own, ferretdb: { version: 'v2' } }), false)
  t.equal(isMongod({ ...own, secantusVersion: '0.7.0b3' }), false)
  t.equal(isMongod({ ...own, gitVersion: '0'.repeat(40) }), false)
  t.equal(isMongod({ version: '8.2.11' }), false)
})
