import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Deed } from '../../../auth/audit/deed.ts'
import { LeftDeeds, leaveDeed } from '../../../server/audit/left-deeds.ts'
import { storeFolder } from '../../support/folder.ts'

const DEED: Deed = {
  at: 1_790_000_000_000,
  kind: 'operation',
  code: 'codes-load',
  action: 'U',
  outcome: '0',
  agent: { system: 'cli' },
  query: 'codes load hcc',
}

function recorder() {
  const deeds: Deed[] = []
  const state = { isAway: false }
  const record = async (all: readonly Deed[]) => {
    if (state.isAway) throw new Error('away')
    deeds.push(...all)
  }
  return { deeds, state, audit: { record, close: async () => undefined } }
}

t.test('what was left is put on record once, and when the log can be written again', async (t) => {
  const folder = storeFolder(t)
  const { deeds, state, audit } = recorder()
  await leaveDeed(folder, DEED)
  const left = new LeftDeeds(folder, audit)
  state.isAway = true
  await left.look()
  t.equal(deeds.length, 0)
  state.isAway = false
  await Promise.all([left.look(), left.look()])
  await left.look()
  t.strictSame(deeds, [DEED])
  await leaveDeed(folder, DEED)
  await left.close()
  t.equal(deeds.length, 2, 'what is there at the end is taken')
})

t.test('what is no deed of a command is set aside, and says nothing of who it was', async (t) => {
  const folder = storeFolder(t)
  const { deeds, audit } = recorder()
  const left = new LeftDeeds(folder, audit)
  await left.look()
  mkdirSync(join(folder, 'left-deeds'))
  const write = (at: number, text: string) =>
    writeFileSync(join(folder, 'left-deeds', `00000000-0000-4000-8000-00000000000${at}.json`), text)
  write(0, '{')
  write(1, JSON.stringify({ ...DEED, kind: 'rest' }))
  write(
    2,
    JSON.stringify({
      ...DEED,
      agent: { system: 'cli', user: 'Practitioner/1' },
      parts: [{ type: 'Patient', id: '1' }],
    }),
  )
  write(3, JSON.stringify({ ...DEED, action: undefined }))
  await left.close()
  t.strictSame(deeds, [DEED])
  t.equal(readdirSync(join(folder, 'left-deeds')).filter((name) => name.endsWith('.unread')).length, 3)
})
