import { type KeyFacts, keyFacts, rotateKeys } from '../../auth/smart/keys.ts'
import { administer, type Console, type Environment, momentOf, tableOf, type Verb } from './administration.ts'

/** How the command is used. */
export const KEYS_USAGE = `keys list
    keys rotate [--at-once]
    What tokens are signed with. New keys sign within seconds; old ones are known for another day, so that tokens last
    as long as they would have. With --at-once they are not, and all tokens end: after a key has leaked.`

const VERBS: Readonly<Record<string, Verb>> = {
  list: { names: 0, run: async ({ store }) => tableOfKeys(await keyFacts(store)) },
  rotate: {
    names: 0,
    deed: 'keys-changed',
    options: { 'at-once': { type: 'boolean' } },
    run: async ({ store }, _, given) => tableOfKeys(await rotateKeys(store, given.has('at-once'))),
  },
}

/** Runs `keys`; answers the exit code: 0, 1 when it failed, 2 for wrong usage. */
export function keys(args: string[], environment: Environment, console?: Console): Promise<number> {
  return administer({ usage: KEYS_USAGE, verbs: VERBS }, args, environment, console)
}

function tableOfKeys(facts: readonly KeyFacts[]): string[] {
  const rows = facts.map(({ alg, kid, made, until }) => [
    alg,
    kid,
    momentOf(made),
    until === undefined ? 'signs' : `known until ${momentOf(until)}`,
  ])
  return tableOf(['ALGORITHM', 'KID', 'MADE', 'STATUS'], rows, 'There are no keys.')
}
