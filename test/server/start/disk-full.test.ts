import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { AuditTrail } from '../../../auth/audit/trail.ts'
import { SqliteStore } from '../../../resources/store/sqlite/store.ts'
import { freePort } from '../../../server/port.ts'
import { storeFolder } from '../../support/folder.ts'
import { spawnServer } from '../../support/spawn.ts'

const run = promisify(execFile)
const MAIN = join(import.meta.dirname, '..', '..', '..', 'server', 'main.ts')

/** 512-byte blocks that a file may have: past them a write fails, as on a full disk. */
const BLOCKS = 24 * 1024

/** Whether the limit of a process that runs can be changed here (Linux). */
const canLift = await run('prlimit', ['--version']).then(
  () => true,
  () => false,
)

/** A server none of whose files may grow past the limit. */
async function startLimited(t: Test, folder: string) {
  const env = { ...process.env, DATA_DIR: folder, PORT: String(await freePort('127.0.0.1')), DEMO: 'off', AUTH: 'off' }
  // What tap loads into its children would let them be ended by SIGXFSZ, which node ignores.
  const script = `unset NODE_OPTIONS; ulimit -S -f ${BLOCKS}; exec "$0" "$1"`
  const child = spawn('sh', ['-c', script, process.execPath, MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  child.stderr.on('data', (chunk) => {
    output += String(chunk)
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += String(chunk)
      if (/listening/.test(output)) resolve()
    })
    child.once('exit', () => reject(new Error(output)))
  })
  return { child, fhir: `http://127.0.0.1:${env.PORT}/fhir`, output: () => output }
}

const write = async (fhir: string, id: string) => {
  const body = JSON.stringify({ resourceType: 'Basic', id, code: { text: 'x'.repeat(700_000) } })
  const headers = { 'content-type': 'application/fhir+json', prefer: 'return=minimal' }
  return fetch(`${fhir}/Basic/${id}`, { method: 'PUT', headers, body })
}

/** Request ids of reads that the log has as answered, in their order. */
async function readsOnRecord(folder: string): Promise<string[]> {
  const store = await SqliteStore.open(folder)
  const deeds = await Array.fromAsync(new AuditTrail(store.audit).deeds({ outcomes: ['0'] }))
  await store.close()
  return deeds.filter(({ code }) => code === 'read').map(({ request }) => request ?? '')
}

t.test(
  'a full disk: 503 for writes, and for reads that cannot be put on record; all is well when there is room',
  { skip: !canLift && 'prlimit' },
  async (t) => {
    const folder = storeFolder(t)
    const { child, fhir } = await startLimited(t, folder)
    const written: string[] = []
    let full: Response | undefined
    for (let at = 0; !full && at < 200; at++) {
      const answer = await write(fhir, `b${at}`)
      if (answer.status === 201) written.push(`b${at}`)
      else full = answer
    }
    t.equal(full?.status, 503)
    t.equal(full?.headers.get('retry-after'), '5')
    t.match(await full?.json(), { resourceType: 'OperationOutcome', issue: [{ code: 'transient' }] })
    t.ok(written.length > 10, `${written.length} were written before`)
    t.equal((await fetch(fhir.replace('/fhir', '/readyz'))).status, 503)
    t.equal((await fetch(fhir.replace('/fhir', '/livez'))).status, 200)
    const shown: string[] = []
    let refused: Response | undefined
    for (let at = 0; !refused && at < 5_000; at++) {
      const request = `read-${at}`
      const answer = await fetch(`${fhir}/Basic/b0?_elements=id`, { headers: { 'x-request-id': request } })
      if (answer.status === 200) shown.push(request)
      else refused = answer
    }
    t.equal(refused?.status, 503, 'where the record of a read has no room either')
    t.match(await refused?.json(), { resourceType: 'OperationOutcome', issue: [{ code: 'transient' }] })
    for (const id of written)
      t.equal((await fetch(`${fhir}/Basic/${id}`, { method: 'HEAD' })).status, 503, `${id} is not shown`)
    await run('prlimit', ['--pid', String(child.pid), '--fsize=unlimited'])
    for (let at = 0; at < 30; at++) {
      t.equal((await write(fhir, `c${at}`)).status, 201, `c${at}, with room again`)
      written.push(`c${at}`)
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    t.strictSame(await readsOnRecord(folder), shown, 'what was shown is on record, and nothing else')
    const again = await spawnServer(folder)
    t.teardown(() => again.stop())
    for (const id of written)
      t.equal((await fetch(`${again.fhir}/Basic/${id}`, { method: 'HEAD' })).status, 200, `${id} is kept`)
    const { total } = (await (await fetch(`${again.fhir}/Basic?_summary=count`)).json()) as { total: number }
    t.equal(total, written.length, 'and nothing that was refused')
  },
)
