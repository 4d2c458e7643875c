import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const ROOT = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

t.test('the README and deploy/ name the same rights', async (t) => {
  const actionsIn = (file: string) => {
    const [, list = ''] = /actions: \[([^\]]+)\]/.exec(read(file)) ?? []
    return [...list.matchAll(/["'](\w+)["']/g)].map(([, action]) => action).sort()
  }
  t.ok(actionsIn('README.md').length > 0)
  t.strictSame(actionsIn('README.md'), actionsIn('deploy/mongo-init.js'))
})

t.test('compose.yaml mounts what is there, and publishes nothing beyond loopback', async (t) => {
  const compose = read('compose.yaml')
  const mounted = [...compose.matchAll(/"\.\/([^:"]+):/g)].map(([, file = '']) => file)
  t.equal(mounted.length, 2)
  for (const file of mounted) t.ok(existsSync(join(ROOT, file)), file)
  const published = [...compose.matchAll(/ports: \[(.*)\]/g)].map(([, list]) => list)
  t.strictSame(published, ['"127.0.0.1:8080:8080"'])
  t.match(compose, /HOST: 127\.0\.0\.1/)
})

t.test('passwords, keys and records that the README has put here stay out of the image and of git', async (t) => {
  for (const file of ['.dockerignore', '.gitignore']) {
    const lines = read(file)
      .split('\n')
      .map((line) => line.replaceAll('/', ''))
    for (const name of ['.env', 'tls', 'data', 'data-*', 'mongo']) t.ok(lines.includes(name), `${file}: ${name}`)
  }
})

t.test('the balancer leads to the ports that compose.yaml gives to chartroom', async (t) => {
  const ports = [...read('compose.yaml').matchAll(/PORT: "(\d+)"/g)].map(([, port]) => port)
  const led = [...read('deploy/haproxy.cfg').matchAll(/^ +server \S+ 127\.0\.0\.1:(\d+) check$/gm)]
  t.strictSame(
    led.map(([, port]) => port),
    ports,
  )
})
