import t from 'tap'
import { SHIPPED } from '../../../auth/policy/shipped.ts'
import { OPERATIONS, SYSTEM_OPERATIONS } from '../../../operations/registry.ts'
import { storableTypes } from '../../../resources/definitions/definitions.ts'
import { callerNamed } from '../../support/matrix/callers.ts'
import {
  type Aim,
  endOf,
  lettersOf,
  OPERATIONS_TRIED,
  TRIED,
  type Tried,
  UPDATE_OF_ABSENT,
} from '../../support/matrix/interactions.ts'
import { CELLS, OF_SYSTEM, TYPES } from '../../support/matrix/table.ts'
import { place, type Whose } from '../../support/matrix/targets.ts'
import { ON_MONGO } from '../../support/place.ts'
import { openServer, type TestServer } from '../../support/server.ts'

const BOTH: readonly Whose[] = ['own', 'other']

/** A compatible server takes its time: there it is tried of types that are judged each in a way of its own. */
const types = ON_MONGO ? ['Patient', 'Observation', 'Claim', 'Binary', 'Organization'] : TYPES
const aims = types.flatMap((type) => BOTH.map((whose): Aim => ({ type, whose })))

const TRIES = Object.entries({ ...TRIED, ...OPERATIONS_TRIED, 'update of an absent id': UPDATE_OF_ABSENT })
const READING = TRIES.filter(([, { changes }]) => !changes)
const CHANGING = TRIES.filter(([, { changes }]) => changes)

async function filled(t: Parameters<typeof openServer>[0]): Promise<TestServer> {
  const server = await openServer(t)
  for (const type of TYPES) for (const whose of BOTH) await place(server, type, whose)
  return server
}

/** Tries an interaction on all resources, and gives those cells that are not as the table has them. */
async function wrongOf(
  server: TestServer,
  caller: string,
  tries: readonly (readonly [string, Tried])[],
  open: TestServer,
) {
  const wrong: string[] = []
  for (const [name, tried] of tries) {
    for (const aim of aims.filter(({ type }) => (tried.of ?? type) === type)) {
      const reply = await tried.ask(server, aim)
      const [end, wanted] = [endOf(reply, aim), tried.ends(lettersOf(caller, aim))]
      if (end !== wanted) wrong.push(`${caller}: ${name} of ${aim.whose} ${aim.type}: ${end}, not ${wanted}`)
      if (tried.changes && end === 204) await place(open, aim.type, aim.whose)
      // What was made must not be in the way of the next.
      if (end === 201 && reply.json?.id === 'absent') await open.delete(`${aim.type}/absent`)
    }
  }
  return wrong
}

t.test('each caller may do what the table says, and nothing else', async (t) => {
  const open = await filled(t)
  for (const caller of CELLS.keys()) {
    const server = open.as(await callerNamed(caller))
    t.strictSame(await wrongOf(server, caller, READING, open), [], caller)
  }
  for (const caller of CELLS.keys()) {
    const server = open.as(await callerNamed(caller))
    t.strictSame(await wrongOf(server, caller, CHANGING, open), [], `${caller}, changing`)
  }
})

t.test('operations of the system, and how a search is made, are for whom the table names', async (t) => {
  const open = await filled(t)
  for (const caller of CELLS.keys()) {
    const server = open.as(await callerNamed(caller))
    const may = OF_SYSTEM[caller] ?? []
    for (const { code } of SYSTEM_OPERATIONS) {
      t.equal((await server.get(`$${code}`)).status, may.includes(code) ? 200 : 403, `${caller} $${code}`)
      if (!may.includes(code)) t.equal((await server.post(`$${code}`, '')).status, 403, `${caller} starts $${code}`)
    }
    const { status } = await server.get('Organization', { 'x-explain': 'true' })
    t.equal(status, may.includes('explain') ? 200 : 403, `${caller} explains`)
  }
})

/** What is of no patient, and tried in `server/operations/terminology.test.ts` and `server/guides/install.test.ts`. */
const ELSEWHERE = new Set(['closure', 'install', 'uninstall'])

t.test('nothing is left out of the table', async (t) => {
  for (const role of SHIPPED.keys()) t.ok(CELLS.has(role), `the policy ${role} has a row`)
  const open = await openServer(t)
  const { rest } = (await open.get('metadata')).json
  const stated: string[] = rest[0].resource.flatMap(
    ({ interaction }: { interaction: { code: string }[] }) => interaction,
  )
  const codes = [...stated, ...rest[0].interaction].map((one) => (one as unknown as { code: string }).code)
  const named = new Set(codes.map((code) => (code === 'batch' || code === 'transaction' ? 'bundle' : code)))
  for (const code of named) t.ok(Object.hasOwn(TRIED, code), `the interaction ${code} is tried`)
  for (const { code, resourceTypes, ...rest } of OPERATIONS) {
    if ('tellsOfNobody' in rest || ELSEWHERE.has(code)) continue
    const tried = OPERATIONS_TRIED[code]
    const types = tried?.of ?? [...storableTypes].join()
    t.equal(tried && types, [...resourceTypes].join(), `the operation ${code} is tried`)
  }
})
