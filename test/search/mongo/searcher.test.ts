import { MongoClient, MongoServerError } from 'mongodb'
import t, { type Test } from 'tap'
import { MongoStore } from '../../../resources/store/mongo/store.ts'
import type { Expression } from '../../../search/expression.ts'
import { MongoSearcher } from '../../../search/mongo/searcher.ts'
import { answered } from '../../../search/mongo/trouble.ts'
import type { Restriction, Search } from '../../../search/searcher.ts'
import { parseSort } from '../../../search/sort.ts'
import { EVERYTHING } from '../../contract/store.ts'
import { writeOf } from '../../support/facts.ts'
import { mongoUrl, withoutMongo } from '../../support/mongo.ts'

const skip = await withoutMongo()

const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }] })
const observation = (id: string, subject: string, more: object = {}) => {
  const code = { coding: [{ system: 'http://x', code: 'c' }] }
  return { resourceType: 'Observation', id, code, subject: { reference: `Patient/${subject}` }, ...more }
}

const RESOURCES = [
  ...['a', 'b', 'c', 'd'].map((id) => patient(id, 'Ann')),
  patient('e', 'Bo'),
  ...['a', 'b', 'c', 'd', 'e'].map((id) => observation(`o${id}`, id, { effectiveDateTime: '2020' })),
  observation('late', 'a', { valueString: 'x'.repeat(3_000_000) }),
  { resourceType: 'Encounter', id: 'n', subject: { reference: 'Patient/a' } },
]

/** A store with a few resources, and a searcher on a client that counts what it asks. */
async function open(t: Test, between?: number) {
  const url = await mongoUrl(t)
  const store = await MongoStore.open(url)
  t.teardown(() => store.close())
  const changes = RESOURCES.map((resource) => writeOf(resource))
  await store.commit({ changes, guards: [] })
  const client = new MongoClient(url, { monitorCommands: true, promoteBuffers: true })
  await client.connect()
  t.teardown(() => client.close())
  const database = client.db(store.database.databaseName)
  const asked: string[] = []
  client.on('commandStarted', ({ commandName }) => asked.push(commandName))
  const searcher = new MongoSearcher({ client, database, versions: database.collection('versions') }, 10_000, between)
  /** What work asks the server. */
  const commands = async (work: () => Promise<unknown>) => {
    asked.length = 0
    await work()
    return asked.filter((name) => name !== 'endSessions')
  }
  return { searcher, commands }
}

const named = (family: string): Expression => ({ kind: 'string', param: 'family', mode: 'starts', texts: [family] })
const code: Expression = { kind: 'token', param: 'code', tests: [{ system: 'http://x', code: 'c' }] }
const ofPatient = (where: Expression): Expression => {
  return { kind: 'chain', param: 'subject', targets: [{ type: 'Patient', where }] }
}
const hasObservation: Expression = { kind: 'has', type: 'Observation', param: 'subject', where: code }
const search = (type: string, where: Expression, sort = '', restriction = EVERYTHING): Search => {
  return { type, where, restriction, ...(sort === '' ? {} : { sort: parseSort(type, sort) }) }
}

const costly = (diagnostics: string) => ({
  name: 'FhirError',
  kind: 'invalid',
  issues: [{ code: 'too-costly', diagnostics }],
})

t.test('a search is one query, and one more for each step to other resources', { skip }, async (t) => {
  const { searcher, commands } = await open(t)
  for (const [words, count, asked] of [
    ['code', 1, search('Observation', code)],
    ['all', 1, search('Observation', { kind: 'all' })],
    ['none', 0, search('Observation', { kind: 'none' })],
    ['sorted by what has it', 1, search('Patient', named('ann'), 'family')],
    ['sorted by what may be absent', 2, search('Observation', code, 'date')],
    ['sorted by the last update', 1, search('Observation', code, '-_lastUpdated')],
    ['sorted by several', 1, search('Observation', code, 'date,code')],
    ['chain', 2, search('Observation', ofPatient(named('ann')))],
    [
      'the same chain twice',
      2,
      search('Observation', { kind: 'or', parts: [ofPatient(named('a')), ofPatient(named('a'))] }),
    ],
    ['chain of a chain', 3, search('Observation', ofPatient({ kind: 'and', parts: [named('ann'), hasObservation] }))],
    ['has', 2, search('Patient', hasObservation)],
  ] as [string, number, Search][]) {
    t.equal((await commands(() => searcher.find(asked, 50))).length, count, words)
  }
  t.strictSame(await commands(() => searcher.count(search('Observation', code))), ['aggregate'])
  t.strictSame(await commands(() => searcher.ids(search('Observation', code), 5)), ['find'])
})

t.test('texts come along, save long ones', { skip }, async (t) => {
  const { searcher, commands } = await open(t)
  const { found } = await searcher.find(search('Observation', code), 50)
  const texts = async (some: typeof found) =>
    (await searcher.versions(some)).map(({ text }) => JSON.parse(text.toString()).id)
  const short = found.filter(({ id }) => id !== 'late')
  t.strictSame(await commands(() => texts(short)), [])
  t.strictSame(await commands(() => texts(found)), ['find'])
  t.strictSame(await texts(found), ['late', 'oa', 'ob', 'oc', 'od', 'oe'])
  const around = { beforeName: '<', behindName: '>', behind: ';' }
  const listing = await searcher.find(search('Observation', code), 5, undefined, { around })
  t.strictSame(await commands(() => searcher.joined(listing.found, around)), [], 'in a listing, those that fit a page')
  t.match(
    (await searcher.joined(short.slice(0, 2), around)).toString(),
    /^<Observation\/oa>\{.*\};,<Observation\/ob>\{.*\};$/,
  )
})

t.test('includes take a query for each type they begin at and lead to', { skip }, async (t) => {
  const { searcher, commands } = await open(t)
  const [observations, patients] = [
    ['oa', 'ob'],
    ['a', 'b'],
  ].map((ids, at) => ids.map((id) => ({ type: at === 0 ? 'Observation' : 'Patient', id })))
  const forward = { reverse: false, source: 'Observation', targets: ['Patient', 'Group', 'Device'] }
  const both = [
    { ...forward, param: 'subject' },
    { ...forward, param: 'patient' },
  ]
  t.equal((await commands(() => searcher.linked(observations!, both, EVERYTHING, 9))).length, 2)
  const back = ['subject', 'patient'].flatMap((param) => {
    return ['Observation', 'Encounter'].map((source) => ({ reverse: true, source, param, targets: ['Patient'] }))
  })
  t.equal((await commands(() => searcher.linked(patients!, back, EVERYTHING, 9))).length, 2)
  const { found, more } = await searcher.linked(patients!, back, EVERYTHING, 9)
  t.strictSame(found.map(({ id }) => id).sort(), ['late', 'n', 'oa', 'ob'])
  t.equal(more, false)
  t.match(await searcher.linked(patients!, back, EVERYTHING, 2), { found: { length: 2 }, more: true })
})

t.test(
  'a step that leads to too many is taken from the other side, where what else is asked leaves few',
  { skip },
  async (t) => {
    const { searcher } = await open(t, 3)
    const ids = (type: string, where: Expression, restriction?: Restriction) => {
      return searcher.ids(search(type, where, '', restriction), 99)
    }
    const chain = ofPatient(named('ann'))
    const too = costly('A step of this search (a chain, _has or _contained) finds more than 3 resources; narrow it.')
    await t.rejects(ids('Observation', chain), too)
    await t.rejects(ids('Patient', hasObservation), too)
    const few: Expression = { kind: 'id', ids: ['oa', 'ob', 'oe'] }
    t.strictSame(await ids('Observation', { kind: 'and', parts: [chain, few] }), ['oa', 'ob'])
    t.strictSame(await ids('Patient', { kind: 'and', parts: [hasObservation, { kind: 'id', ids: ['a', 'x'] }] }), ['a'])
    await t.rejects(
      ids('Observation', { kind: 'and', parts: [{ kind: 'not', part: chain }, few] }),
      too,
      'as one of all',
    )
    const restriction: Restriction = { byType: { Observation: chain }, others: { kind: 'all' } }
    t.strictSame(await ids('Observation', few, restriction), ['oa', 'ob'], 'so is what the caller may see')
    await t.rejects(ids('Observation', { kind: 'all' }, restriction), too)
  },
)

t.test('what is too much is refused with words', { skip }, async (t) => {
  const { searcher } = await open(t)
  const ids = Array.from({ length: 600_000 }, (_, at) => `${at}`.padStart(64, 'x'))
  await t.rejects(
    searcher.count(search('Patient', { kind: 'id', ids })),
    costly('The search asks for too many values at once; narrow it.'),
  )
  const fails = (error: Error) => answered(() => Promise.reject(error))
  await t.rejects(fails(new MongoServerError({ code: 50 })), costly('The search takes too long; narrow it.'))
  await t.rejects(
    fails(new MongoServerError({ code: 10334 })),
    costly('The search asks for too many values at once; narrow it.'),
  )
  await t.rejects(fails(new MongoServerError({ code: 91 })), { name: 'FhirError', kind: 'unavailable' })
})

t.test('a plan is told in words', { skip }, async (t) => {
  const { searcher } = await open(t)
  for (const sort of ['', 'date', 'date,code']) {
    const words = (await searcher.explain(search('Observation', ofPatient(named('ann')), sort))).join('\n')
    t.match(words, /^filter .*Patient\/a.*\nwhich 5 meet\n.*statement\n {2}[A-Z]/s)
  }
})
