import { createLocalJWKSet, importJWK, jwtVerify, SignJWT } from 'jose'
import t from 'tap'
import { keyFacts, publicKeys, rotateKeys, type SigningKey, signingKeys } from '../../../auth/smart/keys.ts'
import type { Store } from '../../../resources/store/port.ts'
import { openStore } from '../../support/stores.ts'

t.setTimeout(120_000)

async function sign(key: SigningKey): Promise<string> {
  const header = { alg: key.alg, kid: key.kid }
  return new SignJWT({ x: 1 }).setProtectedHeader(header).sign(await importJWK(key, key.alg))
}

const holds = async (store: Store, token: string) =>
  jwtVerify(token, createLocalJWKSet(await publicKeys(store))).then(
    () => true,
    () => false,
  )

t.test('keys are made when they are first asked for, once for all who ask', async (t) => {
  const { store } = await openStore(t)
  const all = await Promise.all(Array.from({ length: 4 }, () => signingKeys(store)))
  const kids = new Set(all.map((keys) => keys.map(({ kid }) => kid).join()))
  t.equal(kids.size, 1)
  t.match(all[0], [
    { kty: 'EC', crv: 'P-384', alg: 'ES384', use: 'sig', d: String },
    { kty: 'RSA', alg: 'RS384', use: 'sig', d: String },
  ])
  t.equal(Buffer.from(String(all[0]![1]!.n), 'base64url').length * 8, 3072)
  for (const key of all[0]!) t.equal(await holds(store, await sign(key)), true, key.alg)
})

t.test('the public keys have nothing private', async (t) => {
  const { store } = await openStore(t)
  const { keys } = await publicKeys(store)
  t.strictSame(
    keys.map((key) => Object.keys(key).sort()),
    [
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    ],
  )
})

t.test('rotation: the new keys sign, the old ones hold until their tokens have ended', async (t) => {
  const { store } = await openStore(t)
  const before = await signingKeys(store)
  const tokens = await Promise.all(before.map(sign))
  const facts = await rotateKeys(store, false)
  const after = await signingKeys(store)
  t.equal(after.length, 4)
  t.strictSame(after.map(({ alg }) => alg).slice(0, 2), ['ES384', 'RS384'])
  const old = new Set(before.map(({ kid }) => kid))
  t.strictSame(
    after.map(({ kid }) => old.has(kid)),
    [false, false, true, true],
  )
  for (const token of tokens) t.equal(await holds(store, token), true)
  t.strictSame(await keyFacts(store), facts)
  t.strictSame(
    facts.map(({ until }) => until !== undefined && until > Date.now() + 23 * 3_600_000),
    [false, false, true, true],
  )
  t.notMatch(JSON.stringify(facts), /"d"/)
  await rotateKeys(store, false)
  t.equal((await signingKeys(store)).length, 6)
  await rotateKeys(store, true)
  t.equal((await publicKeys(store)).keys.length, 2)
  for (const token of tokens) t.equal(await holds(store, token), false, 'at once: all tokens end')
})

t.test('of many that rotate at once none is lost, nor left without keys', async (t) => {
  const { store } = await openStore(t)
  await signingKeys(store)
  await Promise.all(Array.from({ length: 3 }, () => rotateKeys(store, false)))
  const facts = await keyFacts(store)
  t.equal(facts.length, 8)
  t.equal(new Set(facts.map(({ kid }) => kid)).size, 8)
  t.equal(facts.filter(({ until }) => until === undefined).length, 2)
})
