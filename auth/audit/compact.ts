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

/** The short form of a deed. */
export function compactOf(deed: Deed, further: boolean): CompactDeed {
  const { at, kind, code, action, outcome, agent, parts } = deed
  return {
    t: at,
    ...(kind === 'rest' ? {} : { k: kind }),
    c: code,
    ...(action === 'R' ? {} : { a: action }),
    ...(outcome === '0' ? {} : { o: outcome }),
    w: renamed(agent, Object.entries(AGENT)),
    ...renamed(deed, Object.entries(SAME)),
    ...(parts ? compactParts(parts) : {}),
    ...(further ? { z: 1 } : {}),
  }
}

function compactParts(parts: readonly DeedPart[]): Pick<CompactDeed, 'e' | 'n'> {
  const places = new Map<string, number>()
  const e = parts.map(({ type, id, version, written, action, patients }): CompactPart => {
    const whom = patients.map((patient) => {
      if (type === 'Patient' && patient === id) return ITSELF
      if (!places.has(patient)) places.set(patient, places.size)
      return places.get(patient)!
    })
    const part: CompactPart = [`${type}/${id}`, written ? WRITTEN : (version ?? 0), action ?? '', ...whom]
    if (whom.length === 0 && part[2] === '') part.length = part[1] === 0 ? 1 : 2
    return part
  })
  return { e, ...(places.size > 0 ? { n: [...places.keys()] } : {}) }
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
    agent: renamed(w, Object.entries(AGENT).map(swapped)),
    ...renamed(compact, Object.entries(SAME).map(swapped)),
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
