import type { DatabaseSync } from 'node:sqlite'

/** A kind of search: as a client sends it, and as somebody would write it by hand for this one query. */
export interface SearchRow {
  name: string
  /** Requests a second of the best peer on the same data (field.md), and how often that this server must reach. */
  peer: number
  times: number
  /** Path below the FHIR base, for the `at`th request. */
  path(data: Facts, at: number): string
  /** Statements, the texts of whose rows make the answer, and their values. */
  byHand(ids: Ids, data: Facts, at: number): { sql: string; values: (string | number)[] }[]
}

/** What is in the store, to ask for. */
export interface Facts {
  patients: string[]
  /** Codes of Observations, and the beginnings of names. */
  codes: string[]
  names: string[]
}

/** Numbers in the store's tables, looked up before anything is measured. */
export class Ids {
  private readonly database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.database = database
  }

  param(type: string, code: string): number {
    return this.one('SELECT p.id FROM param p JOIN type t ON t.id = p.type WHERE t.name = ? AND p.code = ?', type, code)
  }

  patient(id: string): number {
    return this.one(
      "SELECT rid AS id FROM resource WHERE type = (SELECT id FROM type WHERE name = 'Patient') AND id = ?",
      id,
    )
  }

  loinc(code: string): number {
    return this.one(
      "SELECT id FROM value WHERE code = ? AND system = (SELECT id FROM value WHERE code = 'http://loinc.org' AND system = 0)",
      code,
    )
  }

  private one(sql: string, ...values: string[]): number {
    return Number(this.database.prepare(sql).get(...values)?.id)
  }
}

const pick = (list: readonly string[], at: number): string => list[at % list.length]!
const RESOURCE = 'JOIN resource r ON r.rid = e.rid JOIN version v ON v.seq = r.seq'
const PAGE = 'LIMIT 50'
const FROM = Date.UTC(2015, 0, 1)
const TO = Date.UTC(2015, 3, 1)

/** The rows of field.md's table. */
export const SEARCHES: readonly SearchRow[] = [
  {
    name: 'token',
    peer: 6356,
    times: 2,
    path: ({ codes }, at) => `Observation?code=http://loinc.org|${pick(codes, at)}`,
    byHand: (ids, { codes }, at) => [
      {
        sql: `SELECT v.text FROM entry e ${RESOURCE} WHERE e.param = ? AND e.value = ? ORDER BY e.rid ${PAGE}`,
        values: [ids.param('Observation', 'code'), ids.loinc(pick(codes, at))],
      },
    ],
  },
  {
    name: 'patient and code',
    peer: 887,
    times: 5,
    path: ({ patients, codes }, at) =>
      `Observation?patient=${pick(patients, at)}&code=http://loinc.org|${pick(codes, at)}`,
    byHand: (ids, { patients, codes }, at) => [
      {
        sql: `SELECT v.text FROM entry e ${RESOURCE} WHERE e.param = ? AND e.value = ? AND EXISTS
          (SELECT 1 FROM entry c WHERE c.rid = e.rid AND c.param = ? AND c.value = ?) ORDER BY e.rid ${PAGE}`,
        values: [
          ids.param('Observation', 'patient'),
          ids.patient(pick(patients, at)),
          ids.param('Observation', 'code'),
          ids.loinc(pick(codes, at)),
        ],
      },
    ],
  },
  {
    name: 'date range, sorted',
    peer: 777,
    times: 2,
    path: () => 'Observation?date=ge2015-01-01&date=lt2015-04-01&_sort=date',
    byHand: (ids) => [
      {
        sql: `SELECT v.text FROM range_entry e ${RESOURCE} WHERE e.param = ? AND e.unit = 0 AND e.low > ? AND e.low < ?
          AND e.high > ? ORDER BY e.low, r.id ${PAGE}`,
        values: [ids.param('Observation', 'date'), FROM - 86_400_000, TO, FROM],
      },
    ],
  },
  {
    name: 'patient and date, sorted',
    peer: 968,
    times: 5,
    path: ({ patients }, at) => `Observation?patient=${pick(patients, at)}&date=ge2010-01-01&_sort=-date`,
    byHand: (ids, { patients }, at) => [
      {
        sql: `SELECT v.text FROM (SELECT e.rid, max(d.high) AS high FROM entry e JOIN range_entry d ON d.rid = e.rid
          AND d.param = ? AND d.unit = 0 WHERE e.param = ? AND e.value = ? AND d.high > ? GROUP BY e.rid) e
          ${RESOURCE} ORDER BY e.high DESC, r.id ${PAGE}`,
        values: [
          ids.param('Observation', 'date'),
          ids.param('Observation', 'patient'),
          ids.patient(pick(patients, at)),
          Date.UTC(2010, 0, 1),
        ],
      },
    ],
  },
  {
    name: 'string',
    peer: 6341,
    times: 2,
    path: ({ names }, at) => `Patient?name=${pick(names, at)}`,
    byHand: (ids, { names }, at) => [
      {
        sql: `SELECT v.text FROM (SELECT DISTINCT rid FROM string_entry WHERE param = ? AND value >= ? AND value < ?) e
          ${RESOURCE} ORDER BY e.rid ${PAGE}`,
        values: [ids.param('Patient', 'name'), pick(names, at), `${pick(names, at)}\u{10ffff}`],
      },
    ],
  },
  {
    name: 'claims of a patient with _include',
    peer: 435,
    times: 2,
    path: ({ patients }, at) => `Claim?patient=${pick(patients, at)}&_include=Claim:patient&_include=Claim:provider`,
    byHand: (ids, { patients }, at) => [
      {
        sql: `SELECT v.text FROM entry e ${RESOURCE} WHERE e.param = ? AND e.value = ? ORDER BY e.rid ${PAGE}`,
        values: [ids.param('Claim', 'patient'), ids.patient(pick(patients, at))],
      },
      {
        sql: `SELECT v.text FROM (SELECT DISTINCT i.value AS rid FROM (SELECT rid FROM entry WHERE param = ? AND value = ?
          ORDER BY rid ${PAGE}) c JOIN entry i ON i.rid = c.rid AND i.param IN (?, ?)) e ${RESOURCE}`,
        values: [
          ids.param('Claim', 'patient'),
          ids.patient(pick(patients, at)),
          ids.param('Claim', 'patient'),
          ids.param('Claim', 'provider'),
        ],
      },
    ],
  },
  {
    name: 'chained',
    peer: 1671,
    times: 2,
    path: ({ names }, at) => `Condition?subject:Patient.name=${pick(names, at)}`,
    byHand: (ids, { names }, at) => [
      {
        sql: `SELECT v.text FROM (SELECT DISTINCT c.rid FROM string_entry s JOIN entry c ON c.param = ? AND c.value = s.rid
          WHERE s.param = ? AND s.value >= ? AND s.value < ?) e ${RESOURCE} ORDER BY e.rid ${PAGE}`,
        values: [
          ids.param('Condition', 'subject'),
          ids.param('Patient', 'name'),
          pick(names, at),
          `${pick(names, at)}\u{10ffff}`,
        ],
      },
    ],
  },
  {
    name: '_has',
    peer: 2610,
    times: 2,
    path: ({ codes }, at) => `Patient?_has:Observation:patient:code=http://loinc.org|${pick(codes, at)}`,
    byHand: (ids, { codes }, at) => [
      {
        sql: `SELECT v.text FROM (SELECT DISTINCT p.value AS rid FROM entry o JOIN entry p ON p.rid = o.rid AND p.param = ?
          WHERE o.param = ? AND o.value = ?) e ${RESOURCE} ORDER BY e.rid ${PAGE}`,
        values: [ids.param('Observation', 'patient'), ids.param('Observation', 'code'), ids.loinc(pick(codes, at))],
      },
    ],
  },
  {
    name: '_revinclude of conditions and procedures',
    peer: 593,
    times: 2,
    path: ({ patients }, at) =>
      `Patient?_id=${pick(patients, at)}&_revinclude=Condition:subject&_revinclude=Procedure:subject`,
    byHand: (ids, { patients }, at) => {
      const rid = ids.patient(pick(patients, at))
      const sql = `SELECT v.text FROM entry e ${RESOURCE} WHERE e.param = ? AND e.value = ?`
      return [
        { sql: 'SELECT v.text FROM resource r JOIN version v ON v.seq = r.seq WHERE r.rid = ?', values: [rid] },
        { sql, values: [ids.param('Condition', 'subject'), rid] },
        { sql, values: [ids.param('Procedure', 'subject'), rid] },
      ]
    },
  },
  {
    name: '_summary=count',
    peer: 4825,
    times: 2,
    path: ({ codes }, at) => `Observation?code=http://loinc.org|${pick(codes, at)}&_summary=count`,
    byHand: (ids, { codes }, at) => [
      {
        sql: `SELECT CAST('{"total":' || count(*) || '}' AS BLOB) AS text FROM entry WHERE param = ? AND value = ?`,
        values: [ids.param('Observation', 'code'), ids.loinc(pick(codes, at))],
      },
    ],
  },
]
