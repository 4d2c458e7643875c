import t from 'tap'
import { FhirError } from '../../../resources/fhir-error.ts'
import type { Outcome, Unit } from '../../../resources/store/port.ts'
import { RecorderBehind } from '../../../server/audit/behind.ts'
import { Gathering } from '../../../server/audit/gathering.ts'
import { DurableRecorder, type Recorder } from '../../../server/audit/recorder.ts'
import { PLAIN } from '../../auth/audit/deeds.ts'

const deed = (told: string) => ({ ...PLAIN, told })

/** A store of which each commit is ended by hand. */
function byHand() {
  const units: { told: string[]; end: (error?: Error) => void }[] = []
  const commit = ({ audit = [], changes, guards }: Unit): Promise<Outcome[]> => {
    t.strictSame([changes, guards], [[], []])
    const { promise, resolve, reject } = Promise.withResolvers<Outcome[]>()
    const told = audit.map(({ text }) => (JSON.parse(text) as { d: string }).d)
    units.push({ told, end: (error) => (error ? reject(error) : resolve([])) })
    return promise
  }
  return { units, commit }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 30))

t.test('what comes in while a commit is under way goes with the next one', async (t) => {
  const { units, commit } = byHand()
  const recorder = new DurableRecorder({ commit })
  const done: string[] = []
  const record = (...told: string[]) => recorder.record(told.map(deed)).then(() => done.push(told.join()))
  const first = [record('a'), record('b')]
  await turn()
  t.strictSame(
    units.map(({ told }) => told),
    [['a', 'b']],
  )
  const second = [record('c', 'd'), record('e')]
  await turn()
  t.equal(units.length, 1)
  t.strictSame(done, [], 'nothing is on record before its commit is over')
  units[0]!.end()
  await Promise.all(first)
  await turn()
  t.strictSame(done, ['a', 'b'])
  t.strictSame(units[1]?.told, ['c', 'd', 'e'])
  units[1]!.end()
  await Promise.all(second)
  await recorder.close()
})

t.test('what cannot be written fails all that waited for it, and nothing after it', async (t) => {
  const { units, commit } = byHand()
  const recorder = new DurableRecorder({ commit })
  const failed = [recorder.record([deed('a')]), recorder.record([deed('b')])]
  await turn()
  const later = recorder.record([deed('c')])
  const secret = new Error('Patient/secret')
  units[0]!.end(secret)
  for (const one of failed) {
    const error = await one.then(
      () => undefined,
      (thrown: unknown) => thrown as FhirError,
    )
    t.ok(error instanceof FhirError)
    t.equal(error?.kind, 'unavailable')
    t.notMatch(JSON.stringify([error?.issues, error?.detail]), /secret/)
  }
  await turn()
  units[1]!.end()
  await later
  await recorder.close()
})

t.test('very many deeds are written in several commits, in their order', async (t) => {
  const sizes: number[] = []
  const all: string[] = []
  const recorder = new DurableRecorder({
    async commit({ audit = [] }) {
      sizes.push(audit.length)
      all.push(...audit.map(({ text }) => (JSON.parse(text) as { d: string }).d))
      return []
    },
  })
  const told = Array.from({ length: 2_500 }, (_, at) => String(at))
  await recorder.record(told.map(deed))
  t.strictSame(all, told)
  t.ok(sizes.length > 1 && sizes.every((size) => size <= 1_000))
})

t.test('who is alone does not wait for others, nor for those who have left', { timeout: 20_000 }, async (t) => {
  let commits = 0
  const recorder = new DurableRecorder({
    async commit() {
      commits++
      await new Promise((resolve) => setTimeout(resolve, 5))
      return []
    },
  })
  await Promise.all(Array.from({ length: 50 }, (_, at) => recorder.record([deed(String(at))])))
  t.equal(commits, 1)
  for (let at = 0; at < 20; at++) await recorder.record([deed('alone')])
  t.equal(commits, 21)
})

t.test(
  'a commit waits for those who were answered by the last one, and does not go on waiting for who has left',
  async (t) => {
    const gathering = new Gathering(60_000)
    gathering.came()
    t.equal(await gathering.wait(), 1)
    for (let at = 0; at < 3; at++) gathering.came()
    gathering.committed(5, 1_000)
    const waiting = gathering.wait()
    await turn()
    for (let at = 0; at < 5; at++) gathering.came()
    t.equal(await waiting, 8, 'five that were in it, three that came meanwhile')
    gathering.committed(8, 1_000)
    const patient = new Gathering(1)
    patient.committed(8, 1_000)
    for (let at = 0; at < 10; at++) {
      patient.came()
      t.equal(await patient.wait(), 1)
    }
  },
)

/** A recorder that can be made to fail. */
class Fallible implements Recorder {
  failing = false
  readonly told: (string | undefined)[] = []
  async record(deeds: Parameters<Recorder['record']>[0]): Promise<void> {
    if (this.failing) throw FhirError.of('unavailable', 'Full.')
    this.told.push(...deeds.map(({ told }) => told))
  }
  async close(): Promise<void> {}
}

t.test('behind: does not wait; after a failure refuses, until all that is behind is on record, once', async (t) => {
  const durable = new Fallible()
  const behind = new RecorderBehind(durable)
  await behind.record([deed('a'), deed('b')])
  t.strictSame(durable.told, [])
  durable.failing = true
  while (
    !(await behind.record([deed('c')]).then(
      () => false,
      () => true,
    ))
  )
    await turn()
  t.match(await behind.record([deed('refused')]).catch((error: unknown) => error), { kind: 'unavailable' })
  durable.failing = false
  while (
    await behind.record([deed('d')]).then(
      () => false,
      () => true,
    )
  )
    await turn()
  await behind.close()
  t.strictSame(durable.told.slice(0, 2), ['a', 'b'])
  t.strictSame(
    durable.told.filter((told) => told === 'refused'),
    [],
  )
  t.strictSame(durable.told.at(-1), 'd')
  t.equal(new Set(durable.told.filter((told) => told !== 'c')).size, durable.told.filter((told) => told !== 'c').length)
})

t.test('behind: too much at once waits', async (t) => {
  const durable = new Fallible()
  const behind = new RecorderBehind(durable)
  await behind.record(Array.from({ length: 10_001 }, (_, at) => deed(String(at))))
  t.ok(durable.told.length >= 1)
  await behind.close()
  t.equal(durable.told.length, 10_001)
})
