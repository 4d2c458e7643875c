import { isIP } from 'node:net'
import type { RecordedDeed } from './deed.ts'
import { dicom, type Manner } from './event-codes.ts'
import type { Coding, Concept, EventAgent, Who } from './event-shape.ts'

const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'
const ROLE_SYSTEM = 'https://chartroom.invalid/fhir/CodeSystem/role'
const CUSTODIAN: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  code: 'custodian',
}

/** What client and server are to an event (IHE BALP): the one that data goes out from is its source. */
const ENDS: Readonly<Record<Manner, readonly [client: Coding, server: Coding]>> = {
  Read: [dicom('110152'), dicom('110153')],
  Query: [dicom('110153'), dicom('110152')],
  Create: [dicom('110153'), dicom('110152')],
  Update: [dicom('110153'), dicom('110152')],
  Delete: [dicom('110150'), CUSTODIAN],
  disclosure: [dicom('110152'), dicom('110153')],
  other: [dicom('110153'), dicom('110152')],
}

const WRITES: ReadonlySet<Manner> = new Set(['Create', 'Update', 'Delete'])

/** Who took part: the client, the server, and of a user him, the application with its token, and whom he works for. */
export function agentsOf(deed: RecordedDeed, manner: Manner, base: string): EventAgent[] {
  const [client, server] = ENDS[manner]
  const user = userOf(deed, manner)
  return [
    { ...clientOf(deed, base), type: concept(client), requestor: user === undefined },
    {
      type: concept(server),
      who: { display: 'chartroom' },
      requestor: false,
      network: { address: base, type: '5' },
    },
    ...(user ? [user] : []),
    ...applicationOf(deed, client.code),
    ...organizationOf(deed),
  ]
}

/** Whether everything is known that the profiles ask of agents. */
export function isWhole(agents: readonly EventAgent[]): boolean {
  return agents[0]?.network !== undefined
}

/** Whether the application and, of a user, the token are told in the way of BALP's access token use. */
export function isTokenUse(agents: readonly EventAgent[]): boolean {
  const application = agents.filter(({ type }) => type?.coding?.[0]?.code === '110150')
  const users = agents.filter(({ type }) => type?.coding?.[0]?.code === 'IRCP')
  return (
    application.length === 1 &&
    application[0]!.who.identifier !== undefined &&
    users.every(({ who, policy }) => who.identifier !== undefined && policy?.length === 1)
  )
}

function clientOf({ agent, from, decidedBy = [] }: RecordedDeed, base: string): Omit<EventAgent, 'requestor'> {
  const policy = decidedBy.filter(isUri)
  const network = networkOf(from, agent.system, base)
  return { who: clientName(agent), ...(policy.length > 0 ? { policy } : {}), ...(network ? { network } : {}) }
}

function clientName({ client, system }: RecordedDeed['agent']): Who {
  if (client !== undefined) return { identifier: { value: client } }
  return { display: system ?? 'unknown' }
}

/** What the server does by itself comes from where it is. */
function networkOf(from: string | undefined, system: string | undefined, base: string): EventAgent['network'] {
  if (from !== undefined) return { address: from, type: isIP(from) > 0 ? '2' : '1' }
  return system === undefined ? undefined : { address: base, type: '5' }
}

function userOf({ agent, purposes = [] }: RecordedDeed, manner: Manner): EventAgent | undefined {
  const { user, subject, issuer, client, role, token } = agent
  if (user === undefined && (subject === undefined || subject === client)) return undefined
  const identifier = subject ? { ...(issuer && isUri(issuer) ? { system: issuer } : {}), value: subject } : undefined
  return {
    type: concept({ system: PARTICIPATION, code: WRITES.has(manner) ? 'AUT' : 'IRCP' }),
    ...(role ? { role: [coded(ROLE_SYSTEM, role)] } : {}),
    who: { ...(user === undefined ? {} : { reference: user }), ...(identifier ? { identifier } : {}) },
    ...(subject ? { altId: subject } : {}),
    requestor: true,
    ...(token && isUri(token) ? { policy: [token] } : {}),
    ...(purposes.length > 0 ? { purposeOfUse: purposes.map(purpose) } : {}),
  }
}

/** The application that a token was issued to (BALP, OAUTHaccessTokenUse); of a deletion it is the client already. */
function applicationOf({ agent: { client, token } }: RecordedDeed, taken: string): EventAgent[] {
  if (!client || !token || taken === '110150') return []
  return [{ type: concept(dicom('110150')), who: { identifier: { value: client } }, requestor: false }]
}

function organizationOf({ agent: { organization } }: RecordedDeed): EventAgent[] {
  if (!organization) return []
  const type = concept({ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleClass', code: 'PROV' })
  return [{ type, who: { reference: `Organization/${organization}` }, requestor: false }]
}

/** What cannot be a code of FHIR stands as words. */
function coded(system: string, code: string): Concept {
  return /^\s|\s$|\s\s/.test(code) ? { text: code } : concept({ system, code })
}

function isUri(text: string): boolean {
  return /^\S+$/.test(text)
}

function concept(coding: Coding): Concept {
  return { coding: [coding] }
}

/** A purpose of use. */
export function purpose(code: string): Concept {
  return coded('http://terminology.hl7.org/CodeSystem/v3-ActReason', code)
}
