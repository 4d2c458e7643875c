import { StoredPolicies } from '../../auth/policy/stored.ts'
import type { Desk } from './administration.ts'

/** Throws an Error with words where a role has no policy: who has it could do nothing. */
export async function demandRole({ store }: Desk, role: string | undefined): Promise<void> {
  if (role === undefined) return
  const names = await new StoredPolicies(store.state).names()
  if (!names.includes(role)) throw new Error(`There is no policy of a role ${role}; there are ${names.join(', ')}.`)
}

/** A line for each resource that is not there: it may come later. */
export async function absentOnes({ store }: Desk, names: (string | undefined)[]): Promise<string[]> {
  const lines: string[] = []
  for (const name of names) {
    const [type = '', id = ''] = name?.split('/') ?? []
    if (name === undefined || (await store.read(type, id))?.text) continue
    lines.push(`${name} is not there, so far.`)
  }
  return lines
}
