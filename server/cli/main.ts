import { AUDIT_USAGE, audit } from './audit.ts'
import { CLIENT_USAGE, client } from './client.ts'
import { CODES_USAGE, codes } from './codes.ts'
import { COPY_USAGE, copy } from './copy.ts'
import { load, USAGE } from './load.ts'
import { PACKAGE_USAGE, package_ } from './package.ts'
import { POLICY_USAGE, policy } from './policy.ts'
import { REINDEX_USAGE, reindex } from './reindex.ts'
import { TOKEN_USAGE, token } from './service-token.ts'
import { KEYS_USAGE, keys } from './signing-keys.ts'
import { USER_USAGE, user } from './user.ts'

type Command = (args: string[], environment: Record<string, string | undefined>) => Promise<number>

const COMMANDS: Readonly<Record<string, { run: Command; usage: string }>> = {
  load: { run: load, usage: USAGE },
  codes: { run: codes, usage: CODES_USAGE },
  reindex: { run: reindex, usage: REINDEX_USAGE },
  copy: { run: copy, usage: COPY_USAGE },
  package: { run: package_, usage: PACKAGE_USAGE },
  user: { run: user, usage: USER_USAGE },
  client: { run: client, usage: CLIENT_USAGE },
  policy: { run: policy, usage: POLICY_USAGE },
  keys: { run: keys, usage: KEYS_USAGE },
  token: { run: token, usage: TOKEN_USAGE },
  audit: { run: audit, usage: AUDIT_USAGE },
}

/** `npm run fhir -- <command>`. */
async function main([name, ...rest]: string[]): Promise<number> {
  // Records are for the user alone that runs the command.
  process.umask(0o077)
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command && rest.some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(`Usage: npm run fhir -- ${command.usage}\n`)
    return 0
  }
  if (command) return command.run(rest, process.env)
  const asked = name === undefined || name === 'help' || name === '--help'
  if (!asked) {
    const names = Object.keys(COMMANDS).join(', ')
    process.stderr.write(`There is no command ${name}, but ${names}; npm run fhir -- help says what they do.\n`)
    return 2
  }
  const usages = Object.values(COMMANDS).map(({ usage }) => usage)
  process.stdout.write(`Usage: npm run fhir -- <command>\n\n${usages.join('\n')}\n`)
  return 0
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${wordsOf(error)}\n`)
    process.exit(1)
  },
)

/** What went wrong, for people. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, path } = error as NodeJS.ErrnoException
  if (path === undefined) return error.message
  if (code === 'ENOENT') return `There is no such file: ${path}`
  return code === 'EEXIST' ? `${path} is there already, and is left as it is.` : error.message
}
