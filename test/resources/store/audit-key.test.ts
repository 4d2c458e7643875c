import t from 'tap'
import { auditKey, monthOf, placeOfKey, timeKey } from '../../../resources/store/audit-key.ts'

const recorded = Date.UTC(2026, 10, 30, 23, 59, 59, 999)

t.test('a name tells where its record stands', async (t) => {
  const place = { recorded, chain: 'aZ09', number: 36 ** 6 }
  const key = auditKey(place)
  t.match(key, /^[0-9a-z-]+-aZ09$/)
  t.ok(key.length <= 40)
  t.strictSame(placeOfKey(key), place)
  for (const other of ['', '~', `${key}.1`, key.slice(1), `${key}${'x'.repeat(13)}`, key.replace('-', '_')]) {
    t.equal(placeOfKey(other), undefined, other)
  }
})

t.test('names stand in the order of time, then of the number', async (t) => {
  const keys = [
    { recorded: 0, chain: 'z', number: 99 },
    { recorded: recorded - 1, chain: 'z', number: 100 },
    { recorded, chain: 'b', number: 9 },
    { recorded, chain: 'a', number: 10 },
    { recorded, chain: 'a', number: 1296 },
    { recorded: recorded + 1, chain: 'a', number: 1 },
    { recorded: Date.UTC(4000, 0), chain: 'a', number: 1 },
  ].map(auditKey)
  t.strictSame([...keys].sort(), keys)
  t.ok(keys.every((key) => key < '~'))
})

t.test('a moment lies before all that is recorded at it, and behind what was before', async (t) => {
  const at = (ms: number) => auditKey({ recorded: ms, chain: 'a', number: 1 })
  t.ok(timeKey(recorded) < at(recorded))
  t.ok(timeKey(recorded) > at(recorded - 1))
  t.ok(timeKey(recorded - 0.5) > at(recorded - 1))
  t.ok(timeKey(-1) < at(0))
})

t.test('months are of UTC', async (t) => {
  t.equal(monthOf(recorded), '2026-11')
  t.equal(monthOf(recorded + 1), '2026-12')
})
