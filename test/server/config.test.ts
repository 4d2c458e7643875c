import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readConfig, settingsTable } from '../../server/config.ts'

t.test('defaults', async (t) => {
  t.match(readConfig({}), {
    host: '127.0.0.1',
    port: 8080,
    publicUrl: 'http://127.0.0.1:8080',
    dataDir: './data',
    demo: true,
    logLevel: 'info',
    conditionalDelete: 'single',
  })
  t.equal(readConfig({ DATA_DIR: '/x' }).demo, false, 'a folder that somebody named gets no invented patients')
  t.equal(readConfig({ DATA_DIR: '/x', DEMO: 'on' }).demo, true)
  t.equal(readConfig({ DEMO: 'off' }).demo, false)
  t.equal(readConfig({ HOST: '::1', PORT: '9' }).publicUrl, 'http://[::1]:9')
  t.equal(readConfig({}).zone.name, 'UTC')
  t.equal(readConfig({ CHARTROOM_ZONE: 'America/New_York' }).zone.name, 'America/New_York')
  t.equal(readConfig({ CHARTROOM_ZONE: '+02:00' }).zone.name, '+02:00')
  t.equal(readConfig({ PUBLIC_URL: 'https://x.org/' }).publicUrl, 'https://x.org')
})

t.test('what makes no sense is refused with a sentence', async (t) => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ PORT: '80x' }, /PORT=80x must be a whole number/],
    [{ PORT: '70000' }, /from 0 to 65535/],
    [{ AUTH: 'on' }, /access control is not built yet/],
    [{ AUTH: 'maybe' }, /must be one of off, on/],
    [{ HOST: '0.0.0.0' }, /only loopback is served/],
    [{ HOST: '127.0.0.1.evil.org' }, /only loopback is served/],
    [{ HOST: '192.168.1.2' }, /only loopback is served/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL=loud must be one of/],
    [{ PUBLIC_URL: 'x' }, /PUBLIC_URL=x is not/],
    [{ PUBLIC_URL: 'ftp://x' }, /PUBLIC_URL/],
    [{ DEMO: 'yes' }, /DEMO=yes must be one of/],
    [{ MONGODB_URL: 'mongodb://x' }, /only the embedded store/],
    [{ CHARTROOM_SHOE: '1' }, /CHARTROOM_SHOE is not a setting/],
    [{ CHARTROOM_MAX_BODY: '-1' }, /CHARTROOM_MAX_BODY/],
    [{ CHARTROOM_CONDITIONAL_DELETE: 'all' }, /single, multiple/],
    [{ CHARTROOM_ZONE: 'Mars' }, /CHARTROOM_ZONE=Mars is no time zone: it takes an IANA name/],
    [{ CHARTROOM_ZONE: '+2' }, /an offset \(\+02:00\)/],
  ]
  for (const [environment, words] of cases) t.throws(() => readConfig(environment), words, JSON.stringify(environment))
})

t.test("the README's table is the settings'", async (t) => {
  const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')
  t.ok(readme.includes(settingsTable()), 'run: node server/config.ts and paste its table')
})
