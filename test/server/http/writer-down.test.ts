import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import t from 'tap'
import { storeFolder } from '../../support/folder.ts'
import { listen } from '../../support/listen.ts'
import { spawnServer } from '../../support/spawn.ts'

const put = (fhir: string, id: string) =>
  fetch(`${fhir}/Basic/${id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Basic', id, code: { text: 'x' } }),
  })

t.test(
  'the writer thread dies: writes that wait are 503, as is /readyz, and reads, which cannot be put on record',
  async (t) => {
    const { server, fhir } = await listen(t)
    t.equal((await put(fhir, 'a')).status, 201)
    const { store } = server.services
    const thread = (store as unknown as { writer: { worker: Worker } }).writer.worker
    const commit = store.commit.bind(store)
    store.commit = (unit) => {
      const waiting = commit(unit)
      void thread.terminate()
      return waiting
    }
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => put(fhir, `w${at}`)))
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      t.equal(answer.status, 503)
      t.equal(answer.headers.get('retry-after'), '5')
      t.match(await answer.json(), { resourceType: 'OperationOutcome', issue: [{ code: 'transient' }] })
    }
    t.ok(answers.some(({ status }) => status === 503))
    const readyz = await fetch(fhir.replace('/fhir', '/readyz'))
    t.match([readyz.status, await readyz.text()], [503, 'the store cannot be reached\n'])
    t.equal((await fetch(fhir.replace('/fhir', '/livez'))).status, 200)
    const read = await fetch(`${fhir}/Basic/a`)
    t.equal(read.status, 503)
    t.match(await read.json(), { issue: [{ diagnostics: /nothing is answered that is not on record/ }] })
  },
)

/** Ends the process's worker threads when it is told to by SIGUSR2. */
const END_THREADS = `import { Worker } from 'node:worker_threads'
const { postMessage } = Worker.prototype
Worker.prototype.postMessage = function (...sent) {
  process.once('SIGUSR2', () => this.terminate())
  return postMessage.apply(this, sent)
}`

t.test(
  'a server whose writer thread dies ends with code 1 and says why; another finds all that was answered',
  async (t) => {
    const folder = storeFolder(t)
    const preload = `--import=data:text/javascript,${encodeURIComponent(END_THREADS)}`
    const server = await spawnServer(folder, { NODE_OPTIONS: preload })
    t.teardown(() => server.stop())
    t.equal((await put(server.fhir, 'a')).status, 201)
    const closed = once(server.process, 'close')
    server.process.kill('SIGUSR2')
    const [code] = await closed
    t.equal(code, 1)
    const last = server.output().trim().split('\n').at(-1) ?? ''
    t.match(JSON.parse(last), { level: 60, msg: 'the store is down', detail: 'the writer thread has ended' })
    const again = await spawnServer(folder)
    t.teardown(() => again.stop())
    t.equal((await fetch(`${again.fhir}/Basic/a`)).status, 200)
  },
)
