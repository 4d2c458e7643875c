import { randomPassword } from '../../auth/smart/password.ts'
import { endSessions, sessionsOf } from '../../auth/smart/sessions.ts'
import { totpUrl } from '../../auth/smart/totp.ts'
import { addUser, allUsers, setDisabled, setPassword, setTotp, userNamed } from '../../auth/smart/users.ts'
import {
  administer,
  type Console,
  type Desk,
  type Environment,
  type Given,
  momentOf,
  organizationOf,
  tableOf,
  type Verb,
} from './administration.ts'
import { absentOnes, demandRole } from './roles.ts'

/** How the command is used. */
export const USER_USAGE = `user add NAME [--role ROLE] [--display TEXT] [--fhir-user Practitioner/ID] [--organization Organization/ID]
         [--patient ID]… [--password-stdin]
    user list
    user password NAME [--password-stdin]
    user totp NAME [--off]
    user sessions NAME [--end]
    user disable NAME, user enable NAME
    Who may sign in at this server. The password is read from standard input, or made up and printed, once. ROLE is a
    policy (policy list). totp prints a new secret for codes as a second factor. These commands, and the next ones,
    work in the store in DATA_DIR while no server has it open, or in the database of MONGODB_URL beside the servers.`

const FROM_STDIN = { 'password-stdin': { type: 'boolean' } } as const

const VERBS: Readonly<Record<string, Verb>> = {
  add: {
    names: 1,
    options: {
      role: { type: 'string' },
      display: { type: 'string' },
      'fhir-user': { type: 'string' },
      organization: { type: 'string' },
      patient: { type: 'string', multiple: true },
      ...FROM_STDIN,
    },
    deed: 'user-changed',
    run: add,
  },
  list: { names: 0, run: list },
  password: { names: 1, options: FROM_STDIN, deed: 'user-changed', run: password },
  totp: { names: 1, options: { off: { type: 'boolean' } }, deed: 'user-changed', run: totp },
  sessions: {
    names: 1,
    options: { end: { type: 'boolean' } },
    deed: (given) => (given.has('end') ? 'session-ended' : undefined),
    run: sessions,
  },
  disable: { names: 1, deed: 'user-changed', run: ({ store }, [name = '']) => disable(store, name, true) },
  enable: { names: 1, deed: 'user-changed', run: ({ store }, [name = '']) => disable(store, name, false) },
}

/** Runs `user`; answers the exit code: 0, 1 when it failed, 2 for wrong usage. */
export function user(args: string[], environment: Environment, console?: Console): Promise<number> {
  return administer({ usage: USER_USAGE, verbs: VERBS }, args, environment, console)
}

async function add(desk: Desk, [name = '']: string[], given: Given): Promise<string[]> {
  const facts = {
    name,
    ...given.text('role', 'role'),
    ...given.text('display', 'display'),
    ...given.text('fhir-user', 'fhirUser'),
    ...organizationOf(given.text('organization', 'organization')),
    ...(given.has('patient') ? { patients: given.texts('patient') } : {}),
  }
  await demandRole(desk, facts.role)
  const { chosen, told } = await passwordOf(desk, given)
  const added = await addUser(desk.store, facts, chosen)
  const { organization } = added
  const absent = await absentOnes(desk, [added.fhirUser, organization && `Organization/${organization}`])
  return [`Added ${added.name}${added.role === undefined ? '' : ` as ${added.role}`}.`, ...absent, ...told]
}

async function password(desk: Desk, [name = '']: string[], given: Given): Promise<string[]> {
  const { chosen, told } = await passwordOf(desk, given)
  await setPassword(desk.store, name, chosen)
  return [`${name} has another password, and is signed out everywhere.`, ...told]
}

/** The password of standard input, or a new one and the line that tells it. */
async function passwordOf({ read }: Desk, given: Given): Promise<{ chosen: string; told: string[] }> {
  if (!given.has('password-stdin')) {
    const chosen = randomPassword()
    return { chosen, told: [`Password, told this once: ${chosen}`] }
  }
  return { chosen: (await read()).replace(/\r?\n$/, ''), told: [] }
}

async function list({ store }: Desk): Promise<string[]> {
  const rows: string[][] = []
  for await (const { name, role = '-', fhirUser = '-', organization, totp, disabled } of allUsers(store)) {
    const works = organization === undefined ? '-' : `Organization/${organization}`
    rows.push([name, role, fhirUser, works, totp ? 'yes' : 'no', disabled ? 'disabled' : 'active'])
  }
  return tableOf(['NAME', 'ROLE', 'FHIR USER', 'ORGANIZATION', 'CODES', 'STATUS'], rows, 'There are no users.')
}

async function totp({ store }: Desk, [name = '']: string[], given: Given): Promise<string[]> {
  const secret = await setTotp(store, name, !given.has('off'))
  if (secret === undefined) return [`${name} is asked for no code.`]
  return [
    `${name} is asked for a code from now on. For the authenticator app, told this once:`,
    `secret ${secret}`,
    totpUrl(secret, name.toLowerCase()),
  ]
}

async function sessions({ store }: Desk, [name = '']: string[], given: Given): Promise<string[]> {
  const found = await userNamed(store, name)
  if (!found) throw new Error(`There is no user ${name}.`)
  if (given.has('end')) {
    await endSessions(store, found.id)
    return [`${name} is signed out everywhere.`]
  }
  const rows = (await sessionsOf(store, found.id)).map(({ begun, expires, clients }) => [
    begun === undefined ? '-' : momentOf(begun),
    expires === undefined ? '-' : momentOf(expires),
    clients.join(', ') || '-',
  ])
  return tableOf(['SIGNED IN', 'UNTIL', 'APPS'], rows, `${name} is signed in nowhere.`)
}

async function disable(store: Desk['store'], name: string, disabled: boolean): Promise<string[]> {
  await setDisabled(store, name, disabled)
  return [disabled ? `${name} is disabled, and signed out everywhere.` : `${name} may sign in.`]
}
