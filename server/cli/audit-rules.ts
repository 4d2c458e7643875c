import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { StoredRules } from '../../him/privacy/screen/stored-rules.ts'
import { CommitRefused } from '../../resources/store/port.ts'
import type { StateChange } from '../../resources/store/state.ts'
import type { Desk, Verb } from './administration.ts'

/** `audit rules`: shows the rules of screens, or sets others. */
export const rulesVerb: Verb = {
  names: 0,
  options: { set: { type: 'string' }, restore: { type: 'boolean' }, number: { type: 'string' } },
  async run(desk, _, given) {
    const stored = new StoredRules(desk.store.state)
    const { set, number } = { ...given.text('set', 'set'), ...given.text('number', 'number') }
    if (set !== undefined) {
      await write(desk, await stored.replacing(await readJson(resolve(desk.environment.INIT_CWD ?? '', set))))
      return [`Screens go by the rules in ${set} from now on.`]
    }
    if (given.has('restore')) {
      await write(desk, await stored.restoring())
      return ['Screens go by the shipped rules from now on.']
    }
    const rules = number === undefined ? await stored.current() : await stored.revision(Number(number))
    if (!rules) throw new Error(`No rules of number ${number} were set.`)
    return [JSON.stringify(rules, undefined, 2)]
  },
}

async function write({ store }: Desk, state: StateChange[]): Promise<void> {
  try {
    if (state.length > 0) await store.commit({ changes: [], guards: [], state })
  } catch (error) {
    if (!(error instanceof CommitRefused)) throw error
    throw new Error('Another one set them at this moment; look at them, and try again.', { cause: error })
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
