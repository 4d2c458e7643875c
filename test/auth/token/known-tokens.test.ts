import t from 'tap'
import { IssuerKeys } from '../../../auth/token/issuer-keys.ts'
import { KnownTokens } from '../../../auth/token/known-tokens.ts'
import { TokenVerifier } from '../../../auth/token/verify.ts'
import type { FhirError } from '../../../resources/fhir-error.ts'
import { claimsOf, inSeconds, signed, signingKey } from '../../support/tokens.ts'

const BASE = 'https://chartroom.example/fhir'
const iss = 'https://chartroom.example/oauth'
const key = await signingKey('k')

/** Known tokens with a clock, a list of what was revoked, and counts of what was asked. */
function setUp() {
  const clock = { now: Date.now(), ticks: 0 }
  const issuer = { keys: [key.jwk] }
  const revoked = { names: new Set<string>(), asked: 0, down: false }
  const times = { fresh: 0, stale: 10_000, again: 0, retry: 0 }
  const keys = new IssuerKeys(
    async () => issuer,
    times,
    () => clock.ticks,
  )
  const verifier = new TokenVerifier([{ issuer: iss, keys, own: true, roles: true }], BASE, () => clock.now)
  let verified = 0
  const verify = verifier.verify.bind(verifier)
  verifier.verify = (token) => {
    verified++
    return verify(token)
  }
  const tokens = new KnownTokens(
    verifier,
    async (names) => {
      revoked.asked++
      if (revoked.down) throw new Error('the store is down')
      return names.some((name) => revoked.names.has(name))
    },
    { now: () => clock.now, ticks: () => clock.ticks },
  )
  return { clock, issuer, revoked, tokens, verified: () => verified }
}

const token = (changed: Record<string, unknown> = {}) => signed(key, claimsOf(BASE, { iss, ...changed }))

t.test('a token is verified once, also where many bring it at once', async (t) => {
  const { tokens, verified, revoked } = setUp()
  const text = await token()
  const all = await Promise.all(Array.from({ length: 200 }, () => tokens.take(text)))
  t.ok(all.every((known) => known === all[0]))
  await tokens.take(text)
  t.equal(verified(), 1)
  t.equal(revoked.asked, 1)
  await tokens.take(await token())
  t.equal(verified(), 2, 'another one is another one')
})

t.test('a revoked token, or one of a revoked grant or client, is refused within a second', async (t) => {
  for (const name of ['j1', 'grant:g1', 'client:app']) {
    const { tokens, revoked, clock, verified } = setUp()
    const text = await token({ jti: 'j1', chartroom_grant: 'g1' })
    await tokens.take(text)
    revoked.names.add(name)
    clock.ticks = 1000
    await t.rejects(tokens.take(text), { message: 'unauthenticated' }, name)
    await t.rejects(tokens.take(text), { message: 'unauthenticated' }, 'and ever after')
    t.equal(verified(), 2)
  }
})

t.test('it is asked once a second, once for all who come', async (t) => {
  const { tokens, revoked, clock } = setUp()
  const text = await token()
  for (clock.ticks = 0; clock.ticks < 3000; clock.ticks += 100)
    await Promise.all([tokens.take(text), tokens.take(text)])
  t.equal(revoked.asked, 3)
})

t.test('where it cannot be asked, nobody comes in', async (t) => {
  const { tokens, revoked, clock } = setUp()
  const text = await token()
  revoked.down = true
  await t.rejects(tokens.take(text), /down/)
  revoked.down = false
  await tokens.take(text)
  revoked.down = true
  clock.ticks = 1000
  await t.rejects(tokens.take(text), /down/)
  revoked.down = false
  await tokens.take(text)
})

t.test('a known token ends with its time', async (t) => {
  const { tokens, clock } = setUp()
  const text = await token({ exp: inSeconds(30) })
  await tokens.take(text)
  clock.now += 80_000
  await tokens.take(text)
  clock.now += 15_000
  for (const again of [1, 2]) {
    const error = (await tokens.take(text).catch((error: unknown) => error)) as FhirError
    t.match(error.issues, [{ code: 'expired' }], String(again))
  }
})

t.test('a known token ends with its key', async (t) => {
  const { tokens, clock, issuer } = setUp()
  const text = await token()
  await tokens.take(text)
  issuer.keys = []
  clock.ticks = 1000
  await tokens.take(text).catch(() => undefined)
  clock.ticks = 2000
  await t.rejects(tokens.take(text), { message: 'unauthenticated' })
})

t.test('a refused token stays refused, and the number of known ones is bounded', async (t) => {
  const { tokens, verified } = setUp()
  await t.rejects(tokens.take('garbage'), { message: 'unauthenticated' })
  await t.rejects(tokens.take('garbage'), { message: 'unauthenticated' })
  t.equal(verified(), 2)
  const first = await token()
  await tokens.take(first)
  const kept = tokens as unknown as { known: Map<string, unknown> }
  for (let at = 0; at < 4_999; at++) kept.known.set(String(at), {})
  t.equal(kept.known.size, 5_000)
  await tokens.take(first)
  await tokens.take(await token())
  t.equal(kept.known.size, 5_000)
  await tokens.take(first)
  t.equal(verified(), 4, 'the one that was used is still known')
})
