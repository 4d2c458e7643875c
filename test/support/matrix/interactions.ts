import { setTimeout } from 'node:timers/promises'
import type { Interaction } from '../../../auth/access.ts'
import type { Json, Reply, TestServer } from '../server.ts'
import { BREAKS_GLASS, CELLS, SCREENS } from './table.ts'
import { bodyOf, idOf, type Whose } from './targets.ts'

/** What is asked for: a type, and whose resource it is about. */
export interface Aim {
  type: string
  whose: Whose
}

/** An interaction as a caller tries it, and how it has to end. */
export interface Tried {
  ask(server: TestServer, aim: Aim): Promise<Reply>
  /** A status; `shown` and `left out` are of a list that is answered, with what it is about or without. */
  ends(letters: Letters): number | 'shown' | 'left out'
  /** It changes what it is about. */
  changes?: true
  /** The one type that has it. */
  of?: string
}

/** The letters that hold for what it is about, and whether one holds for any of the type. */
export interface Letters {
  its: string
  any(letter: string): boolean
  /** Whether the caller has a letter for anything of any type. */
  anywhere(letter: string): boolean
  breaksGlass: boolean
  /** Whether all of the audit log may be searched. */
  readsLog: boolean
  /** Of the log: what is there stays as it is. */
  isLog: boolean
  screens: boolean
}

export function lettersOf(caller: string, { type, whose }: Aim): Letters {
  const cells = CELLS.get(caller)!
  const cell = cells.get(type)!
  const all = [...cells.values()].map(({ own, other }) => own + other).join('')
  return {
    its: cell[whose],
    any: (letter) => (cell.own + cell.other).includes(letter),
    anywhere: (letter) => all.includes(letter),
    breaksGlass: BREAKS_GLASS.includes(caller),
    readsLog: cells.get('AuditEvent')!.other.includes('s'),
    isLog: type === LOG,
    screens: SCREENS.includes(caller),
  }
}

const LOG = 'AuditEvent'
const FHIR = { accept: 'application/fhir+json' }
const nameOf = ({ type, whose }: Aim) => `${type}/${idOf(type, whose)}`

/** What is of one resource: forbidden for the type, there, or as if it were not there. */
const byId = ({ its, any }: Letters) => (any('r') ? (its.includes('r') ? 200 : 404) : 403)

const shownById: Tried['ends'] = (letters) => (byId(letters) === 200 ? 'shown' : byId(letters))

const inList =
  (isAsked: (letters: Letters) => boolean): Tried['ends'] =>
  (letters) =>
    isAsked(letters) ? (letters.its.includes('s') ? 'shown' : 'left out') : 403

/** Changing what is seen and may not be changed is forbidden; what is not seen is not there. */
const changed =
  (letter: 'u' | 'd', done: number, absent: number): Tried['ends'] =>
  ({ its, any, isLog }) => {
    if (isLog) return 405
    if (!any(letter)) return 403
    if (its.includes(letter)) return done
    return its.includes('r') ? 403 : absent
  }

/** A patch of nothing: it tells by failing what is there, and so takes the right to read. */
const NO_CHANGE = (type: string) => [{ op: 'test', path: '/resourceType', value: type }]
const JSON_PATCH = { ...FHIR, 'content-type': 'application/json-patch+json' }

const REASON = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'a test' }] }

const EVERYTHING: Tried = {
  ask: (server, { whose }) => server.get(`Patient/${idOf('Patient', whose)}/$everything`),
  ends: ({ its, any }) => (any('s') ? (its.includes('r') ? 'shown' : 404) : 403),
  of: 'Patient',
}

/** Tells of the log: of whomever, be it here or not. */
function ofLog(of: string, code: string): Tried {
  return {
    ask: (server, { whose }) => server.get(`${of}/${idOf(of, whose)}/$${code}`),
    ends: ({ readsLog }) => (readsLog ? 200 : 403),
    of,
  }
}

const A_DAY = {
  resourceType: 'Parameters',
  parameter: [
    { name: 'start', valueDate: '2020-01-01' },
    { name: 'end', valueDate: '2020-01-01' },
  ],
}

const SCREEN: Tried = {
  async ask(server) {
    const reply = await server.post('AuditEvent/$screen', A_DAY)
    // The next one would find it under way.
    while ((await server.services.screens.state()).running) await setTimeout(5)
    return reply
  },
  ends: ({ screens }) => (screens ? 200 : 403),
  of: 'AuditEvent',
}

function ofWholeLog(code: string): Tried {
  return {
    ask: (server) => server.get(`${LOG}/$${code}`),
    ends: ({ readsLog }) => (readsLog ? 200 : 403),
    of: LOG,
  }
}

/** Each operation on resources, by its code; one without `of` is an operation of all types. */
export const OPERATIONS_TRIED: Record<string, Tried> = {
  everything: EVERYTHING,
  'break-glass': {
    ask: (server, { whose }) => server.post(`Patient/${idOf('Patient', whose)}/$break-glass`, REASON),
    ends: ({ breaksGlass }) => (breaksGlass ? 200 : 403),
    of: 'Patient',
    changes: true,
  },
  'access-report': ofLog('Patient', 'access-report'),
  disclosures: ofLog('Patient', 'disclosures'),
  'activity-report': ofLog('Practitioner', 'activity-report'),
  counts: ofWholeLog('counts'),
  verify: ofWholeLog('verify'),
  heads: ofWholeLog('heads'),
  screen: SCREEN,
  validate: { ask: (server, aim) => server.get(`${nameOf(aim)}/$validate`, FHIR), ends: byId },
  'screen-state': { ...SCREEN, ask: (server) => server.get('AuditEvent/$screen-state') },
}

/** Each interaction that there is, by its name; `bundle` is a batch with a read. */
export const TRIED: Record<Interaction, Tried> = {
  read: { ask: (server, aim) => server.get(nameOf(aim), FHIR), ends: byId },
  vread: { ask: (server, aim) => server.get(`${nameOf(aim)}/_history/1`, FHIR), ends: byId },
  'history-instance': { ask: (server, aim) => server.get(`${nameOf(aim)}/_history`), ends: shownById },
  'history-type': {
    // The log has grown by then, and begins with what came last.
    ask: (server, { type, whose }) =>
      server.get(type === LOG ? `${type}/${idOf(type, whose)}/_history` : `${type}/_history?_count=1000`),
    ends: inList(({ any }) => any('s')),
  },
  'history-system': {
    ask: (server) => server.get('_history?_count=1000'),
    ends: (letters) => inList(({ anywhere }) => anywhere('s'))(letters.isLog ? { ...letters, its: '' } : letters),
  },
  'search-type': {
    ask: (server, { type, whose }) => server.get(type === LOG ? `${type}?_id=${idOf(type, whose)}` : type),
    ends: inList(({ any }) => any('s')),
  },
  'search-system': {
    ask: (server, { type, whose }) => server.get(`?_type=${type}&_id=${idOf(type, whose)}`),
    ends: inList(({ anywhere }) => anywhere('s')),
  },
  create: {
    ask: (server, { type, whose }) => server.post(type, bodyOf(type, whose)),
    ends: ({ its }) => (its.includes('c') ? 201 : 403),
  },
  update: {
    ask: (server, aim) => server.put(nameOf(aim), { ...bodyOf(aim.type, aim.whose), id: idOf(aim.type, aim.whose) }),
    ends: changed('u', 200, 404),
    changes: true,
  },
  patch: {
    ask: (server, aim) => server.patch(nameOf(aim), NO_CHANGE(aim.type), JSON_PATCH),
    ends: (letters) =>
      !letters.isLog && letters.its.includes('u') && !letters.its.includes('r') ? 403 : changed('u', 200, 404)(letters),
    changes: true,
  },
  delete: { ask: (server, aim) => server.delete(nameOf(aim)), ends: changed('d', 204, 204), changes: true },
  capabilities: { ask: (server) => server.get('metadata'), ends: () => 200 },
  bundle: {
    ask: async (server, aim) => {
      const entry = [{ request: { method: 'GET', url: nameOf(aim) } }]
      const reply = await server.post('', { resourceType: 'Bundle', type: 'batch', entry })
      return reply.status === 200
        ? { ...reply, status: Number.parseInt(reply.json.entry[0].response.status, 10) }
        : reply
    },
    ends: byId,
  },
  operation: EVERYTHING,
}

/** Updates of an id that nothing has. */
export const UPDATE_OF_ABSENT: Tried = {
  ask: (server, { type, whose }) => server.put(`${type}/absent`, { ...bodyOf(type, whose), id: 'absent' }),
  ends: ({ its, any, isLog }) => (isLog ? 405 : any('u') ? (its.includes('n') ? 201 : 404) : 403),
}

/** How a reply ended, as `ends` says it. */
export function endOf({ status, json }: Reply, aim: Aim): number | 'shown' | 'left out' {
  const isList = json?.resourceType === 'Bundle' && (json.type === 'searchset' || json.type === 'history')
  if (status !== 200 || !isList) return status
  const isIt = ({ fullUrl }: Json) => String(fullUrl).endsWith(`/fhir/${nameOf(aim)}`)
  return (json.entry ?? []).some(isIt) ? 'shown' : 'left out'
}
