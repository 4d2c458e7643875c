import { scryptSync } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { passwordFault, randomPassword } from '../../../auth/smart/password.ts'
import { hashPassword, isPassword, type PasswordHash } from '../../../auth/smart/password-hash.ts'

t.test('passwords that are refused, and why', async (t) => {
  const refused: [password: string, why: RegExp][] = [
    ['', /at least 12/],
    ['elevenchars', /at least 12/],
    ['😀😃😄😁😆😅😂🤣😊😇🙂', /at least 12/],
    ['x'.repeat(257), /at most 256/],
    ['abababababab', /at least 5 different/],
    ['aaaaaaaaaaaaab', /at least 5 different/],
    ['password1234', /guessed first/],
    ['P@ssw0rd2026!', /guessed first/],
    ['PasswordPassword', /guessed first/],
    ['welcome-2026-!!', /guessed first/],
    ['Chartroom12345', /guessed first/],
    ['qwertyuiop12', /guessed first/],
    ['poiuytrewq99', /guessed first/],
    ['123456789012', /guessed first/],
    ['abcdefghijkl', /guessed first/],
    ['hunterhunter', /guessed first/],
    ['abc-12abc-12abc-12', /guessed first/],
    ['whitfield-eleanor'.replace('-eleanor', '123456'), /made of the name/],
    ['Whitfield!!Whitfield', /made of the name/],
  ]
  for (const [password, why] of refused) t.match(passwordFault(password, 'whitfield') ?? 'taken', why, password)
})

t.test('passwords that are taken', async (t) => {
  const taken = [
    'correct horse battery',
    'Großmutter backt Apfelkuchen',
    '47-11-0815-99-3',
    'my password is long enough',
    '十二文字以上の長い合言葉です。',
    'x7#kQ2!pLm9z',
    'Whitfield likes long walks',
  ]
  for (const password of taken) t.equal(passwordFault(password, 'whitfield'), undefined, password)
  for (let round = 0; round < 200; round++) t.equal(passwordFault(randomPassword(), 'technician'), undefined)
})

t.test('random passwords are random', async (t) => {
  const many = Array.from({ length: 100 }, randomPassword)
  t.equal(new Set(many).size, 100)
  for (const one of many) t.match(one, /^([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$/)
})

t.test('a hash has its password alone, and another salt each time', async (t) => {
  const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')])
  t.match(one, /^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/)
  t.not(one, other)
  t.equal(await isPassword('correct horse', one), true)
  t.equal(await isPassword('Correct horse', one), false)
  t.equal(await isPassword('', one), false)
  t.equal(await isPassword('correct horse', undefined), false, 'nobody has none')
  t.equal(
    await isPassword('correct horse', 'scrypt$15$8$3$c2FsdA$'),
    false,
    'nor is one right where the hash is cut off',
  )
})

t.test('the same letters of another keyboard are the same password', async (t) => {
  const hash = await hashPassword('u\u0308berlang ﬁsch')
  t.equal(await isPassword('\u00fcberlang fisch', hash), true)
})

t.test('too many at once are told so, and none is lost', async (t) => {
  // One that costs next to nothing.
  const salt = Buffer.from('salt')
  const digest = scryptSync('correct horse', salt, 32, { N: 2, r: 8, p: 1 })
  const hash: PasswordHash = `scrypt$1$8$1$${salt.toString('base64url')}$${digest.toString('base64url')}`
  const all = await Promise.allSettled(
    Array.from({ length: 80 }, (_, at) => isPassword(at === 3 ? 'correct horse' : 'x', hash)),
  )
  const told = all.filter((one) => one.status === 'rejected')
  t.equal(told.length, 14)
  for (const one of told) t.match(one.reason, { name: 'FhirError', kind: 'unavailable' })
  t.strictSame(
    all.flatMap((one, at) => (one.status === 'fulfilled' && one.value ? [at] : [])),
    [3],
  )
  t.equal(await isPassword('correct horse', hash), true, 'and there is room again')
})

t.test('whatever is typed has an answer', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 64 }), (password, name) => {
      const fault = passwordFault(password, name)
      return fault === undefined ? [...password.normalize('NFKC')].length >= 12 : fault.length > 0
    }),
  )
  t.pass('of any text')
})
