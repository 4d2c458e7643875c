import { TOTP } from 'otpauth'
import t, { type Test } from 'tap'
import { waitAfter } from '../../../auth/smart/lockout.ts'
import { checkCode, checkPassword } from '../../../auth/smart/sign-in.ts'
import { newTotpSecret, periodOfCode, totpUrl } from '../../../auth/smart/totp.ts'
import { addUser, setDisabled, setPassword, setTotp, userNamed } from '../../../auth/smart/users.ts'
import type { Store } from '../../../resources/store/port.ts'
import { openStore } from '../../support/stores.ts'

t.setTimeout(240_000)

const PASSWORD = 'correct horse battery'
const MINUTE = 60_000

async function open(t: Test) {
  const { store } = await openStore(t)
  await addUser(store, { name: 'anna', role: 'coder' }, PASSWORD)
  const now = Date.now()
  const attempt = (name: string, password = 'wrong', later = 0) => checkPassword(store, { name, password }, now + later)
  return { store, now, attempt }
}

t.test('waits double from a minute to an hour', async (t) => {
  t.strictSame(
    [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1000].map((failures) => waitAfter(failures) / MINUTE),
    [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60],
  )
})

t.test('a user signs in by any form of the name', async (t) => {
  const { store, attempt } = await open(t)
  t.match(await attempt('anna', PASSWORD), { user: { name: 'anna', role: 'coder' } })
  t.match(await attempt(' ANNA ', PASSWORD), { user: { name: 'anna' } })
  t.strictSame(await attempt('anna', `${PASSWORD}.`), { wrong: true })
  t.strictSame(await attempt('bert', PASSWORD), { wrong: true })
  await setDisabled(store, 'anna', true)
  t.strictSame(await attempt('anna', PASSWORD), { wrong: true }, 'who was disabled is as one who is not there')
  await setDisabled(store, 'anna', false)
  await setPassword(store, 'anna', 'battery horse correct')
  t.strictSame(await attempt('anna', PASSWORD), { wrong: true })
  t.match(await attempt('anna', 'battery horse correct'), { user: { name: 'anna' } })
})

t.test('known and unknown names are answered alike, at each attempt', async (t) => {
  const { attempt } = await open(t)
  const course = async (name: string) => {
    const answers = []
    for (let at = 0; at < 7; at++) answers.push(await attempt(name, 'wrong', at))
    answers.push(await attempt(name, PASSWORD, 5_000))
    for (const later of [MINUTE + 10, MINUTE + 20, 3 * MINUTE + 30]) answers.push(await attempt(name, 'wrong', later))
    return answers
  }
  const [known, unknown] = [await course('anna'), await course('nobody')]
  t.strictSame(known, unknown)
  t.strictSame(known.slice(0, 6), [...Array.from({ length: 5 }, () => ({ wrong: true })), { wait: MINUTE - 1 }])
  t.match(known[7], { wait: MINUTE + 4 - 5_000 }, 'the right password is not looked at')
  t.strictSame(known.slice(8), [{ wrong: true }, { wait: 2 * MINUTE - 10 }, { wrong: true }])
  t.match(await attempt('ANNA', PASSWORD, 3 * MINUTE + 40), { wait: 4 * MINUTE - 10 }, 'in whatever form of the name')
})

t.test('who signs in is forgiven', async (t) => {
  const { attempt } = await open(t)
  for (let at = 0; at < 4; at++) await attempt('anna')
  t.match(await attempt('anna', PASSWORD), { user: {} })
  for (let at = 0; at < 4; at++) t.strictSame(await attempt('anna'), { wrong: true })
  t.match(await attempt('anna', PASSWORD), { user: {} })
})

t.test('many at once try no more passwords than one after the other', async (t) => {
  const { attempt } = await open(t)
  const all = await Promise.allSettled(Array.from({ length: 16 }, () => attempt('anna')))
  const tried = all.filter((one) => one.status === 'fulfilled' && 'wrong' in one.value)
  t.ok(tried.length <= 5, `${tried.length} were looked at`)
  t.match(await attempt('anna', PASSWORD), { wait: MINUTE })
})

t.test('names of any length and kind are nobody', async (t) => {
  const { attempt } = await open(t)
  for (const name of ['', 'x'.repeat(10_000), 'a\u0000b', '../user', '\ud800', '__proto__']) {
    t.strictSame(await attempt(name, ''), { wrong: true })
  }
})

t.test('a second factor: the password alone forgives nothing', async (t) => {
  const { store, now, attempt } = await open(t)
  const secret = (await setTotp(store, 'anna', true)) ?? ''
  const codeAt = (later: number) => TOTP.generate({ secret: new TOTP({ secret }).secret, timestamp: now + later })
  const code = (text: string, later = 0) => checkCode(store, { name: 'anna', code: text }, now + later)
  t.match(await attempt('anna', PASSWORD), { user: { totp: {} } })
  t.strictSame(await code('000000x'), { wrong: true })
  t.match(await code(codeAt(0).replace(/^.../, '$& ')), { user: { name: 'anna' } })
  t.strictSame(await code(codeAt(0)), { wrong: true }, 'a code is taken once')
  t.match(await code(codeAt(30_000), 30_000), { user: {} })
  t.strictSame(await code(codeAt(0), 30_000), { wrong: true }, 'nor one before it')
  t.strictSame(await code(codeAt(200_000), 100_000), { wrong: true }, 'nor one of a time that is too far off')
  for (let at = 0; at < 2; at++) t.match(await attempt('anna', PASSWORD, 100_000), { user: {} })
  t.strictSame(await code('123456', 100_000), { wrong: true })
  t.match(
    await code(codeAt(100_000), 100_001),
    { wait: MINUTE - 1 },
    'four in all have failed, and two passwords were no end',
  )
  await setTotp(store, 'anna', false)
  t.strictSame(await checkCode(store, { name: 'anna', code: codeAt(0) }, now + 10 * MINUTE), { wrong: true })
  t.match(await attempt('anna', PASSWORD, 20 * MINUTE), { user: {} })
  t.equal((await userNamed(store, 'anna'))?.totp, undefined)
})

t.test('of many with one code, one is let in', async (t) => {
  const { store, now } = await open(t)
  const secret = (await setTotp(store, 'anna', true)) ?? ''
  const code = TOTP.generate({ secret: new TOTP({ secret }).secret, timestamp: now })
  const all = await Promise.all(Array.from({ length: 4 }, () => checkCode(store, { name: 'anna', code }, now)))
  t.equal(all.filter((one) => 'user' in one).length, 1)
})

t.test('codes: of the period, the one before and the one after', async (t) => {
  const secret = newTotpSecret()
  t.match(secret, /^[A-Z2-7]{32}$/)
  t.match(totpUrl(secret, 'anna'), new RegExp(`^otpauth://totp/chartroom:anna\\?.*secret=${secret}`))
  const now = 1_800_000_010_000
  const at = (periods: number) =>
    TOTP.generate({ secret: new TOTP({ secret }).secret, timestamp: now + periods * 30_000 })
  const period = Math.floor(now / 30_000)
  const accepted = [-2, -1, 0, 1, 2].map((periods) => periodOfCode(secret, at(periods), now, 0))
  t.strictSame(accepted, [undefined, period - 1, period, period + 1, undefined])
  t.equal(periodOfCode(secret, at(0), now, period - 1), period)
  t.equal(periodOfCode(secret, at(0), now, period), undefined)
  for (const text of ['', '12345', '1234567', 'abcdef', '１２３４５６', '-12345']) {
    t.equal(periodOfCode(secret, text, now, 0), undefined)
  }
})

t.test('who gives the old password while it is changed, or while the user is disabled, is not signed in', async (t) => {
  const changes = [
    (store: Store) => setPassword(store, 'anna', 'quite another battery staple'),
    (store: Store) => setDisabled(store, 'anna', true),
  ]
  for (const change of changes) {
    const { store } = await openStore(t)
    await addUser(store, { name: 'anna' }, PASSWORD)
    let changed = false
    const get: Store['state']['get'] = async (kind, key) => {
      const entry = await store.state.get(kind, key)
      if (kind !== 'user' || changed) return entry
      changed = true
      await change(store)
      return entry
    }
    const keeper = { state: { ...bound(store.state), get }, commit: store.commit.bind(store) }
    t.same(await checkPassword(keeper, { name: 'anna', password: PASSWORD }), { wrong: true })
    t.ok(changed)
  }
})

function bound(state: Store['state']): Store['state'] {
  return { get: state.get.bind(state), find: state.find.bind(state), list: state.list.bind(state) }
}
