import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readConfig, settingsTable } from '../../server/config.ts'
import { withoutSecrets } from '../../server/mongo-url.ts'

t.test('defaults', async (t) => {
  t.match(readConfig({}), {
    host: '127.0.0.1',
    port: 8080,
    publicUrl: 'http://127.0.0.1:8080',
    dataDir: './data',
    demo: true,
    logLevel: 'info',
    conditionalDelete: 'single',
    auth: true,
    issuers: [],
    unknownRole: 'scopes',
    trustRoles: false,
    corsOrigins: [],
    rateLimit: 0,
    oauthRateLimit: 300,
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

t.test('a URL of MongoDB names the store, without what signs in', async (t) => {
  const config = (MONGODB_URL: string, more = {}) => readConfig({ MONGODB_URL, ...more })
  for (const [url, shown] of [
    ['mongodb://h', 'mongodb://h/chartroom'],
    ['mongodb://h:1,i:2/x?replicaSet=rs0', 'mongodb://h:1,i:2/x'],
    ['mongodb+srv://ann:s%40cret@c.example.org/?w=majority', 'mongodb+srv://c.example.org/chartroom'],
    ['mongodb://ann:secret@[::1]:27017/records', 'mongodb://[::1]:27017/records'],
  ] as const) {
    t.match(config(url), { mongoUrl: url, storeName: shown, demo: false })
  }
  t.equal(config('mongodb://h', { DEMO: 'on' }).demo, true)
  t.equal(readConfig({ MONGODB_URL: '' }).mongoUrl, undefined)
  t.equal(readConfig({ DATA_DIR: '/x' }).storeName, '/x')
})

t.test('no secret of a URL comes into words', async (t) => {
  for (const url of [
    'mongodb://ann:secret@',
    'mongo://ann:secret@h',
    'mongodb://ann:secret@h/a b',
    'mongodb://ann:se/cret@h',
  ]) {
    t.throws(() => readConfig({ MONGODB_URL: url }), { message: /^(?!.*cret).*MONGODB_URL/ }, url)
  }
  const words = (url: string) => withoutSecrets('quotes s%40cret and s@cret of ann:s%40cret', url)
  t.equal(words('mongodb://ann:s%40cret@h'), 'quotes *** and *** of ***')
  t.equal(words('mongodb://h'), words('mongodb+srv://h/x@y'))
})

t.test('who may come in', async (t) => {
  t.equal(readConfig({ AUTH: 'off' }).auth, false)
  t.match(readConfig({ HOST: '0.0.0.0' }), { auth: true, host: '0.0.0.0' })
  const issuers = ['https://idp.example/realms/x', 'http://localhost:9000', 'http://[::1]:9000/']
  t.strictSame(readConfig({ AUTH_ISSUERS: issuers.join(' , ') }).issuers, issuers)
  t.strictSame(readConfig({ CHARTROOM_SHARED_TYPES: 'none' }).sharedTypes, [])
  t.strictSame(readConfig({ CHARTROOM_SHARED_TYPES: 'Location, Organization' }).sharedTypes, [
    'Location',
    'Organization',
  ])
  t.ok(readConfig({}).sharedTypes.includes('Practitioner'))
  t.strictSame(readConfig({ CHARTROOM_TRUSTED_PROXIES: '10.0.0.0/8,::1' }).trustedProxies, ['10.0.0.0/8', '::1'])
})

t.test('what makes no sense is refused with a sentence', async (t) => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ PORT: '80x' }, /PORT=80x must be a whole number/],
    [{ PORT: '70000' }, /from 0 to 65535/],
    [{ AUTH: 'maybe' }, /must be one of off, on/],
    [{ AUTH: 'off', HOST: '0.0.0.0' }, /only loopback is served/],
    [{ AUTH: 'off', HOST: '127.0.0.1.evil.org' }, /only loopback is served/],
    [{ AUTH: 'off', HOST: '192.168.1.2' }, /only loopback is served/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL=loud must be one of/],
    [{ PUBLIC_URL: 'x' }, /PUBLIC_URL=x is not/],
    [{ PUBLIC_URL: 'ftp://x' }, /PUBLIC_URL/],
    [{ DEMO: 'yes' }, /DEMO=yes must be one of/],
    [{ MONGODB_URL: 'http://x' }, /^MONGODB_URL is no URL of MongoDB/],
    [{ MONGODB_URL: 'mongodb://' }, /no URL of MongoDB/],
    [{ MONGODB_URL: 'mongodb://h/a.b' }, /no name of a database/],
    [{ MONGODB_URL: 'mongodb://h/%zz' }, /no name of a database/],
    [{ MONGODB_URL: 'mongodb://h/a/b' }, /no URL of MongoDB/],
    [{ CHARTROOM_SHOE: '1' }, /CHARTROOM_SHOE is not a setting/],
    [{ CHARTROOM_MAX_BODY: '-1' }, /CHARTROOM_MAX_BODY/],
    [{ CHARTROOM_CONDITIONAL_DELETE: 'all' }, /single, multiple/],
    [{ CHARTROOM_ZONE: 'Mars' }, /CHARTROOM_ZONE=Mars is no time zone: it takes an IANA name/],
    [{ AUTH_ISSUERS: 'idp' }, /AUTH_ISSUERS: idp is no URL/],
    [{ AUTH_ISSUERS: 'http://idp.example' }, /must be https/],
    [{ AUTH_ISSUERS: 'http://127.0.0.1.evil.org' }, /must be https/],
    [{ AUTH_ISSUERS: 'ftp://127.0.0.1' }, /must be https/],
    [{ AUTH_ISSUERS: 'https://idp.example,' }, /an empty part is no URL/],
    [{ AUTH_ISSUERS: 'https://idp.example?x=1' }, /parts that no issuer has/],
    [{ CHARTROOM_TRUST_ROLES: 'yes' }, /on, off/],
    [{ CHARTROOM_UNKNOWN_ROLE: 'allow' }, /scopes, deny/],
    [{ CHARTROOM_SHARED_TYPES: 'Observation' }, /Observation is none of/],
    [{ CHARTROOM_CORS_ORIGINS: '*' }, /no origin of pages/],
    [{ CHARTROOM_CORS_ORIGINS: 'https://app.example/' }, /https:\/\/app\.example is/],
    [{ CHARTROOM_RATE_LIMIT: '-1' }, /whole number/],
    [{ CHARTROOM_OAUTH_RATE_LIMIT: 'many' }, /whole number/],
    [{ CHARTROOM_TRUSTED_PROXIES: '10' }, /neither an address nor a network/],
    [{ CHARTROOM_TRUSTED_PROXIES: '10.0.0.0/33' }, /neither/],
    [{ CHARTROOM_TRUSTED_PROXIES: 'proxy.example' }, /neither/],
    [{ CHARTROOM_ZONE: '+2' }, /an offset \(\+02:00\)/],
  ]
  for (const [environment, words] of cases) t.throws(() => readConfig(environment), words, JSON.stringify(environment))
})

t.test("the README's table is the settings'", async (t) => {
  const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')
  t.ok(readme.includes(settingsTable()), 'run: node server/config.ts and paste its table')
})

t.test('a secret for the state has some length, and is not told', async (t) => {
  const CHARTROOM_STATE_SECRET = 'x'.repeat(32)
  t.equal(readConfig({ CHARTROOM_STATE_SECRET }).stateSecret, CHARTROOM_STATE_SECRET)
  t.equal(readConfig({}).stateSecret, undefined)
  t.throws(() => readConfig({ CHARTROOM_STATE_SECRET: 'hunter2' }), { message: /^(?!.*hunter2).*32 characters/ })
})
