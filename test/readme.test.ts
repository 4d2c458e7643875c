import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { storeFolder } from './support/folder.ts'
import { spawnServer } from './support/spawn.ts'

const README = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')

/** The curl commands of the README, each whole. */
const commands = [...README.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.split(/\n(?=curl )/))
  .map((text) => text.trim())
  .filter((text) => text.startsWith('curl '))

/** What is not answered by a resource in JSON, and how it is answered. */
const OTHERS: [RegExp, RegExp][] = [
  [/"gender":"f"/, /OperationOutcome.*'f' is not a code.*Patient\.gender/],
  [/Patient\/\$validate/, /1980-02-31.*Patient\.birthDate/],
  [/\$validate\?mode=delete/, /OperationOutcome.*refer to it/],
  [/If-None-Match/, /304 Not Modified/],
  [/-X DELETE/, /^$/],
  [/fhir\/Binary\/summary$/, /Discharged home in good condition\.|"contentType":"text\/plain"/],
]

const hasCurl = (() => {
  try {
    execFileSync('curl', ['--version'])
    return true
  } catch {
    return false
  }
})()

t.test(
  'the commands of the README, as they stand',
  { skip: hasCurl ? false : 'left out: curl is not on this machine' },
  async (t) => {
    const server = await spawnServer(storeFolder(t), { DEMO: 'on' })
    t.teardown(() => server.stop())
    t.match(server.output(), /A demo hospital of 30 invented patients was loaded/)
    const hints = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('  curl'))
      .map((line) => line.trim().replace(/ {2,}.*$/, ''))
    t.equal(hints.length, 4, 'and what the first start says to try')
    for (const command of [...commands, ...hints]) {
      const here = command.replaceAll('http://127.0.0.1:8080', server.url).replace(/^curl/, 'curl -sS')
      const output = execFileSync('bash', ['-c', here], { encoding: 'utf8' })
      const other = OTHERS.find(([which]) => which.test(command))
      if (other) t.match(output, other[1], command)
      else {
        const { resourceType, type, total, entry } = JSON.parse(output) as {
          resourceType: string
          type?: string
          total?: number
          entry?: object[]
        }
        t.not(resourceType, 'OperationOutcome', command)
        if (type === 'searchset') t.ok((total ?? entry?.length ?? 0) > 0, `finds something: ${command}`)
      }
    }
    t.ok(commands.length >= 18, `${commands.length} commands`)
  },
)

t.test('the demo is loaded once, in time, and without faults', async (t) => {
  const folder = storeFolder(t)
  const first = await spawnServer(folder, { DEMO: 'on' })
  const count = async (url: string) =>
    ((await (await fetch(`${url}/_history?_count=0`)).json()) as { total: number }).total
  const total = await count(first.fhir)
  t.ok(total > 1000)
  t.equal(await first.end('SIGTERM'), 0)
  const second = await spawnServer(folder, { DEMO: 'on' })
  t.equal(await count(second.fhir), total)
  t.notMatch(second.output(), /demo hospital/)
  t.equal(await second.end('SIGTERM'), 0)
})
