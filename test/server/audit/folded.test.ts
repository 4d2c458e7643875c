import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import type { Deed } from '../../../auth/audit/deed.ts'
import { FoldedDeeds } from '../../../server/audit/folded.ts'

const refused = { kind: 'security', code: 'refused', action: 'E', outcome: '4', agent: {} } as const

function gathering() {
  const groups: (readonly Deed[])[] = []
  let fails = false
  const record = async (deeds: readonly Deed[]) => {
    if (fails) throw new Error('full')
    groups.push(deeds)
  }
  return { groups, record, fail: (value: boolean) => (fails = value) }
}

t.test('what is alike is one record with its number, what is not has its own', async (t) => {
  const { groups, record } = gathering()
  const folded = new FoldedDeeds({ record })
  for (let time = 0; time < 1000; time++) folded.add({ ...refused, told: 'unauthenticated', from: '10.0.0.1' })
  folded.add({ ...refused, told: 'unauthenticated', from: '10.0.0.2' })
  folded.add({ ...refused, told: 'invalid', from: '10.0.0.1' })
  folded.add({ ...refused, told: 'invalid', from: '10.0.0.1', agent: { client: 'app' } })
  t.strictSame(groups, [], 'nothing is written for each')
  await folded.flush()
  const told = groups.map((deeds) => deeds.map(({ told, from, times, agent }) => [told, from, agent.client, times]))
  t.strictSame(told, [
    [
      ['unauthenticated', '10.0.0.1', undefined, 1000],
      ['unauthenticated', '10.0.0.2', undefined, 1],
      ['invalid', '10.0.0.1', undefined, 1],
      ['invalid', '10.0.0.1', 'app', 1],
    ],
  ])
  await folded.close()
  t.equal(groups.length, 1, 'nothing is recorded twice')
})

t.test('many addresses are a bounded number of records', async (t) => {
  const { groups, record } = gathering()
  const folded = new FoldedDeeds({ record })
  for (let at = 0; at < 20_000; at++) {
    folded.add({ ...refused, told: at % 2 ? 'invalid' : 'unauthenticated', from: `10.0.${at >> 8}.${at & 255}` })
  }
  await folded.flush()
  const deeds = groups.flat()
  t.equal(deeds.length, 1002)
  t.equal(
    deeds.reduce((sum, { times = 0 }) => sum + times, 0),
    20_000,
    'each is counted',
  )
  const many = deeds.filter(({ from }) => from === undefined)
  t.strictSame(
    many.map(({ told, times }) => [told, times]),
    [
      ['unauthenticated; many addresses', 9_500],
      ['invalid; many addresses', 9_500],
    ],
  )
})

t.test('they are recorded when their time is over, and when it is closed', async (t) => {
  const { groups, record } = gathering()
  const folded = new FoldedDeeds({ record }, 20)
  folded.add(refused)
  while (groups.length === 0) await setTimeout(5)
  folded.add(refused)
  folded.add(refused)
  await folded.close()
  t.strictSame(
    groups.map(([deed]) => deed?.times),
    [1, 2],
  )
})

t.test('what could not be recorded is kept, in bounded room, and counted once', async (t) => {
  const { groups, record, fail } = gathering()
  const folded = new FoldedDeeds({ record })
  const failures: unknown[] = []
  folded.onFailure = (error) => failures.push(error)
  fail(true)
  for (let round = 0; round < 3; round++) {
    for (let at = 0; at < 1_500; at++) folded.add({ ...refused, from: `10.${round}.${at >> 8}.${at & 255}` })
    await folded.flush()
  }
  t.equal(failures.length, 3)
  fail(false)
  await folded.close()
  const deeds = groups.flat()
  t.equal(deeds.length, 1_001)
  t.equal(
    deeds.reduce((sum, { times = 0 }) => sum + times, 0),
    4_500,
  )
  t.strictSame(deeds.at(-1)?.told, 'many addresses')
})
