import t from 'tap'
import { chosenVersion, compareVersions } from '../../../resources/conformance/versions.ts'

const chosen = (versions: (string | undefined)[], asked?: string) =>
  chosenVersion(
    versions.map((version) => ({ version })),
    asked,
  )

t.test('orders versions from old to new', async (t) => {
  const ordered = [
    undefined,
    'draft',
    '0.9',
    '1.0.0-ballot',
    '1.0.0-ballot2',
    '1.0.0',
    '1.0.1',
    '1.2',
    '1.10',
    '3',
    '2018-08-12',
    '2026-01',
  ]
  for (const [at, one] of ordered.entries()) {
    for (const [place, other] of ordered.entries()) {
      t.equal(Math.sign(compareVersions(one, other)), Math.sign(at - place), `${one} and ${other}`)
    }
  }
  t.ok(compareVersions('1.0.0-2', '1.0.0-10') < 0)
  t.ok(compareVersions('1.0.0-rc', '1.0.0-rc.1') < 0)
})

t.test('takes the asked version, then the newest that begins with it', async (t) => {
  t.strictSame(chosen(['3.1.1', '8.0.0', '6.1.0']), { version: '8.0.0' }, 'the newest without one')
  t.strictSame(chosen(['4.0.1', '4.0', '4.0.2'], '4.0'), { version: '4.0' })
  t.strictSame(chosen(['4.0.1', '4.0.2', '4.1.0'], '4.0'), { version: '4.0.2' })
  t.equal(chosen(['4.0.1', '40.1'], '4.0.2'), undefined)
  t.equal(chosen(['40.1'], '4'), undefined, 'a part of a number is no beginning')
  t.equal(chosen([undefined, '1.0'], ''), undefined)
  t.equal(chosen([]), undefined)
})

t.test('takes the later of equals by its date', async (t) => {
  const candidates = [
    { version: '1.0', date: '2024-05-08T10:00:00Z', from: 'a' },
    { version: '1.0', date: '2023-01-01', from: 'b' },
    { version: '0.9', date: '2026-01-01', from: 'c' },
  ]
  t.equal(chosenVersion(candidates)?.from, 'a')
})

t.test('takes the last of equals', async (t) => {
  const candidates = [
    { version: '1.0', from: 'a' },
    { version: '1.0', from: 'b' },
  ]
  t.equal(chosenVersion(candidates)?.from, 'b')
  t.equal(chosenVersion(candidates, '1.0')?.from, 'b')
})
