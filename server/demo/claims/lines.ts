import type { CodeableConcept } from '@medplum/fhirtypes'
import type { Chart } from '../chart.ts'
import { hcpcsConcept } from '../codes.ts'
import type { Visit } from '../course.ts'
import { hcpcs, icd10pcs, measurements, rowOf } from '../tables.ts'

/** What a night costs, in cents. */
const ROOMS = {
  ward: { name: 'Room and board, semi-private', price: 186_500 },
  nursery: { name: 'Nursery', price: 74_200 },
}
/** What a test costs, in cents. */
const LABORATORY_TEST = 4_260

/** One line of a claim before it is numbered. */
export interface Line {
  service: CodeableConcept
  units: number
  /** Cents a unit. */
  price: number
  /** Index among the visit's procedures. */
  procedure?: number
}

/** What a visit is charged for: its room or visit, its procedures, supplies and drugs, and its laboratory tests. */
export function linesOf(chart: Chart, visit: Visit): Line[] {
  return [
    ...(visit.nights > 0 ? roomLines(chart, visit) : []),
    ...(visit.episode.visit ? [hcpcsLine(visit.episode.visit, 1)] : []),
    ...(visit.episode.procedures ?? []).map(procedureLine),
    ...Object.entries({ ...visit.episode.charges, ...visit.entry.charges }).map(([code, units]) =>
      hcpcsLine(code, units),
    ),
    ...laboratoryLines(visit),
  ]
}

function roomLines(chart: Chart, { episode, nights }: Visit): Line[] {
  const room = episode.born ? ROOMS.nursery : ROOMS.ward
  return [
    { service: { text: room.name }, units: nights, price: room.price },
    { service: { text: 'Pharmacy' }, units: nights, price: chart.random.integer(6_500, 38_000) },
  ]
}

function procedureLine(code: string, procedure: number): Line {
  const row = icd10pcs[code]
  if (!row) return { ...hcpcsLine(code, 1), procedure }
  return { service: { text: row.service ?? row.display }, units: 1, price: row.price * 100, procedure }
}

function hcpcsLine(code: string, units: number): Line {
  return { service: hcpcsConcept(code), units, price: Math.round(rowOf(hcpcs, code).price * 100) }
}

function laboratoryLines({ episode, nights }: Visit): Line[] {
  const tests = Object.keys(episode.measures).filter((name) => rowOf(measurements, name).reference)
  if (tests.length === 0 || episode.claim === 'professional') return []
  return [{ service: { text: 'Laboratory' }, units: tests.length * Math.max(1, nights), price: LABORATORY_TEST }]
}
