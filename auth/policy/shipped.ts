import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { formFault } from './check.ts'
import type { Policy } from './policy.ts'

const FOLDER = join(import.meta.dirname, 'shipped')

function read(file: string): Policy {
  const policy = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Policy
  const fault = formFault(policy) ?? (policy.name === basename(file, '.json') ? undefined : 'the name is not its own')
  if (fault !== undefined) throw new Error(`${file}: ${fault}`)
  return policy
}

/** The policies that come with chartroom, by the name of their role. */
export const SHIPPED: ReadonlyMap<string, Policy> = new Map(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => read(file))
    .map((policy) => [policy.name, policy]),
)
