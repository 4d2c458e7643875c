import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../../../server/port.ts'
import { storeFolder } from '../../support/folder.ts'
import { spawnServer } from '../../support/spawn.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..', 'server')

interface Ended {
  code: number | null
  out: string
  error: string
}

/** Starts a server that is expected to end by itself. */
async function start(file: string, environment: Record<string, string>): Promise<Ended> {
  const env = { ...process.env, DEMO: 'off', AUTH: 'off', ...environment }
  const child = spawn(process.execPath, [join(ROOT, file)], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended: Ended = { code: null, out: '', error: '' }
  child.stdout.on('data', (chunk) => {
    ended.out += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    ended.error += String(chunk)
  })
  const [code] = await once(child, 'close')
  return { ...ended, code }
}

for (const file of ['main.ts', 'start.js']) {
  t.test(`${file}: a folder that is in use: words and exit code 1, and the other goes on`, async (t) => {
    const folder = storeFolder(t)
    const server = await spawnServer(folder)
    t.teardown(() => server.stop())
    const port = String(await freePort('127.0.0.1'))
    const { code, error } = await start(file, { DATA_DIR: folder, PORT: port })
    t.equal(code, 1)
    t.equal(error, `chartroom: ${folder} is in use by another chartroom process\n`, 'one sentence, and no stack')
    t.equal((await fetch(`${server.url}/readyz`)).status, 200)
  })

  t.test(`${file}: a port that is taken: words and exit code 1, and the folder is free again`, async (t) => {
    const folder = storeFolder(t)
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    t.teardown(() => other.close())
    const { port } = other.address() as AddressInfo
    const { code, error, out } = await start(file, { DATA_DIR: folder, PORT: String(port) })
    t.equal(code, 1)
    t.match(error, new RegExp(`^chartroom: port ${port} is taken; set PORT[^\\n]*\\n$`))
    t.notMatch(out, /listening/)
    const server = await spawnServer(folder)
    t.equal(await server.end('SIGTERM'), 0)
  })
}

t.test('a DATA_DIR that cannot be one', async (t) => {
  const folder = storeFolder(t)
  writeFileSync(join(folder, 'file'), '')
  const port = String(await freePort('127.0.0.1'))
  for (const name of ['file', 'file/below', 'bad']) {
    if (name === 'bad') writeFileSync(join(folder, 'chartroom.sqlite'), 'no database, but long enough'.repeat(100))
    const path = name === 'bad' ? folder : join(folder, name)
    const { code, error } = await start('main.ts', { DATA_DIR: path, PORT: port })
    t.equal(code, 1, name)
    t.match(error, /^chartroom: [^\n]+\n$/, name)
    t.ok(error.includes(path), `${name}: ${error}`)
  }
})

t.test('PORT=0 takes a free port and tells it', async (t) => {
  const servers = await Promise.all(
    [0, 1].map(async () => {
      const env = { ...process.env, DATA_DIR: storeFolder(t), DEMO: 'off', PORT: '0' }
      const child = spawn(process.execPath, [join(ROOT, 'main.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
      t.teardown(() => child.kill('SIGKILL'))
      const [line] = await once(child.stdout, 'data')
      return JSON.parse(String(line).split('\n')[0] ?? '') as { port: number; url: string }
    }),
  )
  for (const { port, url } of servers) {
    t.ok(port > 0)
    t.equal(url, `http://127.0.0.1:${port}`)
    const { implementation } = (await (await fetch(`${url}/fhir/metadata`)).json()) as { implementation: object }
    t.match(implementation, { url: `${url}/fhir` })
  }
  t.not(servers[0]?.port, servers[1]?.port)
})
