import type { Deed, DeedAgent, DeedKind, DeedPart } from './deed.ts'

/** A deed as its record's text has it: short names, and nothing said that most deeds have alike. */
export interface CompactDeed {
  /** at */
  t: number
  /** kind; absent for `rest` */
  k?: Exclude<DeedKind, 'rest'>
  /** code */
  c: string
  /** action; absent for R */
  a?: Exclude<Deed['action'], 'R'>
  /** outcome; absent for 0 */
  o?: Exclude<Deed['outcome'], '0'>
  /** told */
  d?: string
  /** agent */
  w: Record<string, string>
  /** from */
  f?: string
  /** purposes */
  p?: readonly string[]
  /** decidedBy */
  b?: readonly string[]
  /** request */
  q?: string
  /** type */
  y?: string
  /** query */
  g?: string
  /** parts */
  e?: readonly CompactPart[]
  /** Patients of the parts, each once */
  n?: readonly string[]
  /** patients */
  m?: readonly string[]
  /** count */
  l?: number
  /** reason */
  r?: string
  /** times */
  x?: number
  /** event */
  v?: object
  /** further */
  z?: 1
}

/**
 * A part: name; version, -1 where the store keeps it, 0 where there is none; action or ''; then places in `n`. What stands at
 * the end and says nothing is left out. The Patient that a Patient is about, itself, is -1.
 */
export type CompactPart = [name: string, version?: number, action?: string, ...patients: number[]]

const ITSELF = -1
const WRITTEN = -1

const AGENT = {
  user: 'u',
  subject: 's',
  issuer: 'i',
  client: 'c',
  role: 'r',
  token: 't',
  organization: 'o',
  system: 'y',
} as const satisfies Record<keyof DeedAgent, string>

/** What has the same form in both, by its name in each. */
const SAME = {
  told: 'd',
  from: 'f',
  purposes: 'p',
  decidedBy: 'b',
  request: 'q',
  type: 'y',
  query: 'g',
  patients: 'm',
  count: 'l',
  reason: 'r',
  times: 'x',
  event: 'v',
} as const satisfies Partial<Record<keyof Deed, keyof CompactDeed>>

const AGENT_NAMES = Object.entries(AGENT)
const SAME_NAMES = Object.entries(SAME)

/** The short form of a deed. */
export function compactOf(deed: Deed, further: boolean): CompactDeed {
  // Every read waits for this: what is made here is made once, without lists of names.
  const { at, kind, code, action, outcome, agent, parts } = deed
  const compact: CompactDeed = { t: at, c: code, w: compactAgent(agent) }
  if (kind !== 'rest') compact.k = kind
  if (action !== 'R') compact.a = action
  if (outcome !== '0') compact.o = outcome
  copy(deed, compact as unknown as Record<string, unknown>, SAME_NAMES)
  if (parts) addParts(parts, compact)
  if (further) compact.z = 1
  return compact
}

const agents = new WeakMap<DeedAgent, Record<string, string>>()

function compactAgent(agent: DeedAgent): Record<string, string> {
  const known = agents.get(agent)
  if (known) return known
  const compact: Record<string, string> = {}
  copy(agent, compact, AGENT_NAMES)
  agents.set(agent, compact)
  return compact
}

function copy(from: object, to: Record<string, unknown>, names: readonly (readonly [string, string])[]): void {
  for (const [name, short] of names) {
    const value = (from as Record<string, unknown>)[name]
    if (value !== undefined) to[short] = value
  }
}

function addParts(parts: readonly DeedPart[], compact: CompactDeed): void {
  const places = new Map<string, number>()
  compact.e = parts.map((part) => compactPart(part, places))
  if (places.size > 0) compact.n = [...places.keys()]
}

function compactPart(
  { type, id, version, written, action, patients }: DeedPart,
  places: Map<string, number>,
): CompactPart {
  const part: CompactPart = [`${type}/${id}`, written ? WRITTEN : (version ?? 0), action ?? '']
  for (const patient of patients) {
    if (type === 'Patient' && patient === id) part.push(ITSELF)
    else {
      if (!places.has(patient)) places.set(patient, places.size)
      part.push(places.get(patient)!)
    }
  }
  if (patients.length === 0 && part[2] === '') part.length = part[1] === 0 ? 1 : 2
  return part
}

/** The deed of a short form, its parts as they were before their versions were known. */
export function deedOf(compact: CompactDeed): Deed & { further?: true } {
  const { t, k = 'rest', c, a = 'R', o = '0', w, e, n = [], z } = compact
  return {
    at: t,
    kind: k,
    code: c,
    action: a,
    outcome: o,
    agent: renamed(w, AGENT_NAMES.map(swapped)),
    ...renamed(compact, SAME_NAMES.map(swapped)),
    ...(e ? { parts: e.map((part) => partOf(part, n)) } : {}),
    ...(z === undefined ? {} : { further: true as const }),
  }
}

function partOf([name, version = 0, action = '', ...whom]: CompactPart, patients: readonly string[]): DeedPart {
  const slash = name.indexOf('/')
  const id = name.slice(slash + 1)
  return {
    type: name.slice(0, slash),
    id,
    ...(version === WRITTEN ? { written: true } : {}),
    ...(version > 0 ? { version } : {}),
    ...(action === '' ? {} : { action: action as Deed['action'] }),
    patients: whom.map((place) => (place === ITSELF ? id : patients[place]!)),
  }
}

function swapped([one, other]: [string, string]): [string, string] {
  return [other, one]
}

function renamed(from: object, names: readonly [string, string][]): Record<string, never> {
  const values = from as Record<string, unknown>
  return Object.fromEntries(
    names.flatMap(([name, short]) => (values[name] === undefined ? [] : [[short, values[name]]])),
  ) as Record<string, never>
}
