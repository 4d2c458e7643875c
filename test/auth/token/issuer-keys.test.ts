import type { JSONWebKeySet } from 'jose'
import t from 'tap'
import { discoveredKeys } from '../../../auth/token/discovery.ts'
import { IssuerKeys } from '../../../auth/token/issuer-keys.ts'
import { type SigningKey, signingKey } from '../../support/tokens.ts'

const TIMES = { fresh: 100, stale: 1000, again: 20, retry: 5 }

/** An issuer that is asked by hand, with a clock. */
function setUp(...keys: SigningKey[]) {
  const clock = { at: 0 }
  const issuer = { keys, asked: 0, down: false, gate: Promise.resolve() }
  const load = async (): Promise<JSONWebKeySet> => {
    issuer.asked++
    await issuer.gate
    if (issuer.down) throw new Error('down')
    return { keys: issuer.keys.map(({ jwk }) => jwk) }
  }
  const found = new IssuerKeys(load, TIMES, () => clock.at)
  return { clock, issuer, find: ({ kid, alg }: { kid: string; alg: string }) => found.find({ kid, alg }) }
}

const [one, two] = [await signingKey('one'), await signingKey('two')]

/** Lets what was begun in the background end. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

t.test('keys are asked for once under load, and kept', async (t) => {
  const { issuer, find } = setUp(one)
  const found = await Promise.all(Array.from({ length: 500 }, () => find(one)))
  t.ok(found.every((key) => key !== undefined))
  await find(one)
  t.equal(issuer.asked, 1)
})

t.test('a key that is not known: the issuer is asked again, once a while, whatever is asked for', async (t) => {
  const { clock, issuer, find } = setUp(one)
  await find(one)
  issuer.keys = [one, two]
  t.equal(await find(two), undefined, 'just asked')
  clock.at = 20
  const flood = Array.from({ length: 300 }, (_, at) => find({ kid: `k${at}`, alg: 'ES256' }))
  t.ok(await find(two), 'rotated')
  await Promise.all(flood)
  t.equal(issuer.asked, 2)
  await Promise.all(Array.from({ length: 300 }, (_, at) => find({ kid: `k${at}`, alg: 'ES256' })))
  t.equal(issuer.asked, 2)
})

t.test('who is known does not wait for an issuer that is slow', async (t) => {
  const { clock, issuer, find } = setUp(one)
  await find(one)
  clock.at = 150
  let open = () => undefined as unknown
  issuer.gate = new Promise((resolve) => {
    open = resolve as () => undefined
  })
  const unknown = find(two)
  t.ok(await find(one))
  issuer.keys = [two]
  open()
  t.ok(await unknown)
  t.equal(await find(one), undefined, 'a key that was taken away is gone with the next answer')
  t.equal(issuer.asked, 2)
})

t.test('an issuer that is down: its known keys serve for a while, others are for later', async (t) => {
  const { clock, issuer, find } = setUp(one)
  issuer.down = true
  await t.rejects(find(one), { message: 'unavailable' })
  await t.rejects(find(one), { message: 'unavailable' })
  t.equal(issuer.asked, 1, 'and it is not run down')
  issuer.down = false
  clock.at = 5
  t.ok(await find(one))
  issuer.down = true
  clock.at = 500
  t.ok(await find(one))
  await settle()
  await t.rejects(find(two), { message: 'unavailable' })
  t.ok(await find(one))
  clock.at = 1006
  await t.rejects(find(one), { message: 'unavailable' }, 'stale')
  issuer.down = false
  clock.at = 1020
  t.ok(await find(one), 'it is back')
})

t.test('a key serves its own algorithm alone', async (t) => {
  const { find } = setUp(one)
  t.equal(await find({ kid: 'one', alg: 'ES384' }), undefined)
  t.equal(await find({ kid: 'one', alg: 'RS256' }), undefined)
})

t.test('discovery', async (t) => {
  const issuer = 'https://idp.example/realm/'
  const base = 'https://idp.example/realm/.well-known/openid-configuration'
  const ask = (name: string, pages: Record<string, unknown>) =>
    discoveredKeys(name, async (url) => {
      if (!(url in pages)) throw new Error(`${url} is not there`)
      return JSON.stringify(pages[url])
    })()
  const jwks = 'https://keys.example/k'
  const set = { keys: [one.jwk] }
  t.strictSame(await ask(issuer, { [base]: { issuer, jwks_uri: jwks }, [jwks]: set }), set)
  await t.rejects(
    ask(issuer, { [base]: { issuer: 'https://idp.example/realm', jwks_uri: jwks }, [jwks]: set }),
    /another/,
  )
  await t.rejects(ask(issuer, { [base]: { issuer }, [jwks]: set }))
  for (const uri of ['http://keys.example/k', 'http://127.0.0.1/k', 'file:///etc/passwd', 'x', 5]) {
    await t.rejects(ask(issuer, { [base]: { issuer, jwks_uri: uri }, [String(uri)]: set }), /https/, String(uri))
  }
  for (const wrong of [{}, [], null, { keys: 'x' }, { keys: Array(101).fill(one.jwk) }]) {
    await t.rejects(ask(issuer, { [base]: { issuer, jwks_uri: jwks }, [jwks]: wrong }))
  }
  const local = 'http://localhost:9'
  const place = `${local}/.well-known/openid-configuration`
  t.strictSame(await ask(local, { [place]: { issuer: local, jwks_uri: `${local}/k` }, [`${local}/k`]: set }), set)
  await t.rejects(ask(local, { [place]: { issuer: local, jwks_uri: 'http://10.0.0.1/k' }, 'http://10.0.0.1/k': set }))
})
