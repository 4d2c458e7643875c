import fc from 'fast-check'
import t from 'tap'
import {
  codeStretch,
  escaped,
  type KeyedEntry,
  keyOf,
  kindStretches,
  type Stretch,
  startStretch,
  stringKey,
  tokenKey,
  uriKey,
  uriStretch,
  wholeStretch,
} from '../../../../resources/store/mongo/keys.ts'

/** Texts as resources may have them, rich in what keys are built with, and in the last characters of all. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\u0000', '\u0001', '\u0002', '/', '|', 'a', '\ud7ff', '\ue000', '\u{ffff}', '😀', '\u{10ffff}'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
  maxLength: 5,
})
const param = fc.constantFrom('a', 'ab', 'a:text', 'code#a')
const type = fc.constantFrom('Patient', 'Patien', 'Group')

const entry: fc.Arbitrary<KeyedEntry> = fc.oneof(
  fc.tuple(fc.constant('token' as const), param, text, text),
  fc.tuple(fc.constant('string' as const), param, text, text),
  fc.tuple(fc.constant('reference' as const), param, type, text),
  fc.tuple(fc.constant('uri' as const), param, text),
)

const order = (one: string, other: string) => Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other)))
const holds = ({ from, to }: Stretch, key: string) => order(from, key) <= 0 && order(key, to) < 0

t.test('entries that differ have keys that differ', async (t) => {
  fc.assert(
    fc.property(
      entry,
      entry,
      (one, other) => (keyOf(one) === keyOf(other)) === (JSON.stringify(one) === JSON.stringify(other)),
    ),
    { numRuns: 3000 },
  )
  t.not(keyOf(['token', 'a', 'b', 'c\u0000d']), keyOf(['token', 'a', 'd\u0000b', 'c']))
})

t.test('the order of values is that of their bytes', async (t) => {
  fc.assert(
    fc.property(text, text, (one, other) => order(escaped(one), escaped(other)) === order(one, other)),
    { numRuns: 3000 },
  )
  t.equal(order('\u{ffff}', '😀'), -1, 'which is not that of JavaScript')
})

t.test('a stretch has what it is for, and nothing else', async (t) => {
  const check = (one: string, other: string, rest: string) => {
    const whole = one === other
    const starts = other.startsWith(one)
    return (
      holds(codeStretch('p', one), tokenKey('p', other, rest)) === whole &&
      holds(wholeStretch('p', one), stringKey('p', other, rest)) === whole &&
      holds(startStretch('p', one), stringKey('p', other, rest)) === starts &&
      holds(uriStretch('p', one), uriKey('p', other)) === starts
    )
  }
  fc.assert(fc.property(text, text, text, check), { numRuns: 3000 })
  fc.assert(
    fc.property(text, text, text, (start, end, rest) => check(start, start + end, rest)),
    { numRuns: 3000 },
  )
  t.pass('for any texts')
})

t.test('kinds and parameters stay apart', async (t) => {
  const kinds = { token: 't', string: 's', reference: 'r', uri: 'u' } as const
  fc.assert(
    fc.property(entry, param, fc.constantFrom('t', 's', 'r', 'u'), (one, name, kind) => {
      const [stretch] = kindStretches(name, [kind])
      return holds(stretch!, keyOf(one)) === (one[1] === name && kinds[one[0]] === kind)
    }),
    { numRuns: 3000 },
  )
  t.pass('for any entries')
})
