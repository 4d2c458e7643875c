import t from 'tap'
import { parseSort } from '../../search/sort.ts'
import { Deadline } from '../../search/sqlite/deadline.ts'
import { type Ask, Queries } from '../../search/sqlite/queries.ts'
import { EVERYTHING } from '../contract/store.ts'
import { Bench } from '../support/oracle/bench.ts'
import { openSqlite } from '../support/stores.ts'

// Of SQLite alone, whose searches hold a thread.

t.test('a search that ran out of time can be made again, with the same statements', async (t) => {
  const stored = await openSqlite(t)
  const bench = new Bench(stored)
  const link = { source: 'Patient', param: 'organization', targets: ['Organization'], reverse: false }
  // The time is not asked for each row.
  const from = Array.from({ length: 100 }, (_, at) => ({ type: 'Patient', id: `p${at}` }))
  const managingOrganization = { reference: 'Organization/o' }
  await bench.fill([
    ...from.map(({ id }) => ({ resourceType: 'Patient', id, active: true, managingOrganization })),
    { resourceType: 'Organization', id: 'o' },
  ])
  const { database } = stored.store
  const deadline = new Deadline(database)
  const search = { type: 'Patient', where: { kind: 'all' } as const, restriction: EVERYTHING }
  const asks: Ask[] = [
    { op: 'find', search, count: 200, from: undefined },
    { op: 'find', search: { ...search, sort: parseSort('Patient', 'birthdate') }, count: 200, from: undefined },
    { op: 'find', search: { ...search, sort: parseSort('Patient', 'gender') }, count: 200, from: undefined },
    { op: 'ids', search, count: 200 },
    { op: 'count', search },
    { op: 'linked', from, links: [link], restriction: EVERYTHING, count: 200 },
  ]
  for (const limits of [undefined, { few: 0, many: 0 }]) {
    const queries = new Queries(database, limits)
    for (const ask of asks) {
      const answer = () => queries.answer(ask)
      t.throws(() => deadline.run(-1, answer), { message: /too long/ }, ask.op)
      t.throws(() => deadline.run(-1, answer), { message: /too long/ }, `${ask.op} anew`)
      t.doesNotThrow(() => deadline.run(10_000, answer), `${ask.op} in time`)
    }
  }
})
