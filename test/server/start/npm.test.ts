import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import { spawnServer } from '../../support/spawn.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** `npm start` on a folder, in a group of its own; resolves when the server listens. */
async function npmStart(t: Test, folder: string) {
  const env: NodeJS.ProcessEnv = { ...process.env, ...(await placeOf(folder)), PORT: '0', DEMO: 'off', AUTH: 'off' }
  for (const name of Object.keys(env)) if (/^npm_/i.test(name)) delete env[name]
  const npm = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  t.teardown(() => {
    try {
      process.kill(-npm.pid!, 'SIGKILL')
    } catch {
      // All of the group have ended.
    }
  })
  let output = ''
  // The server holds the other end of these too: they are closed when it has ended, whoever started it.
  const closed = once(npm, 'close')
  const url = await new Promise<string>((resolve, reject) => {
    npm.once('exit', () => reject(new Error(output)))
    for (const stream of [npm.stdout, npm.stderr]) {
      stream.on('data', (chunk) => {
        output += String(chunk)
        const found = /"url":"([^"]+)".*"listening"/.exec(output)?.[1]
        if (found !== undefined) resolve(found)
      })
    }
  })
  return { npm, url, closed, output: () => output }
}

const put = (url: string, id: string) =>
  fetch(`${url}/fhir/Basic/${id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Basic', id, code: { text: 'x' } }),
  })

// A terminal sends SIGINT to all of the group, whoever else ends npm sends it to npm alone.
for (const [name, signal, group] of [
  ['SIGTERM to npm', 'SIGTERM', false],
  ['SIGTERM to the group', 'SIGTERM', true],
  ['SIGINT to the group', 'SIGINT', true],
] as const) {
  t.test(`npm start: ${name} ends the server too, and it closes its store`, async (t) => {
    const folder = storeFolder(t)
    const { npm, url, closed, output } = await npmStart(t, folder)
    t.equal((await put(url, 'a')).status, 201)
    process.kill(group ? -npm.pid! : npm.pid!, signal)
    await closed
    t.match(output(), /"msg":"closed"/)
    t.notMatch(output(), /"level":(50|60)/)
    await t.rejects(fetch(`${url}/livez`), 'nobody listens')
    const again = await spawnServer(folder)
    t.equal((await fetch(`${again.fhir}/Basic/a`)).status, 200)
    t.equal(await again.end('SIGTERM'), 0)
  })
}
