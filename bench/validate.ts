import { LAYERS } from '../resources/validation/layers.ts'
import type { Options } from '../resources/validation/place.ts'
import { type KnownSource, Validator } from '../resources/validation/validator.ts'
import { readSample, type Sample } from './data.ts'
import { median } from './machine.ts'
import { printTable, type Row } from './table.ts'

const RUNS = 5
const OPTIONS: Options = { profiles: [], strictExtensions: false, mustSupport: false }

/** Knows no profile, and has all codes for right: base validation alone is measured. */
const NOTHING: KnownSource = {
  structureNow: () => null,
  structure: async () => null,
  verdictNow: () => ({ result: 'in', faults: [] }),
  verdict: async () => ({ result: 'in', faults: [] }),
  target: async () => null,
}

interface Body {
  value: Record<string, unknown>
  text: Buffer
}

/**
 * Base validation on one core, by processor time: of all resources of the sample, and of the tenth of them that is in the middle by size.
 */
export async function validationRows(sample: Sample): Promise<Row[]> {
  const bodies = bodiesOf(sample)
  const middle = bodies.slice(Math.floor(bodies.length * 0.45), Math.ceil(bodies.length * 0.55))
  const validator = new Validator(LAYERS)
  const before = process.memoryUsage().rss
  const first = await microseconds(validator, bodies)
  const rates: Row[] = []
  for (const [what, list] of [
    ['at the median size', middle],
    ['all', bodies],
  ] as const) {
    const times: number[] = []
    for (let run = 0; run < RUNS; run++) times.push(await microseconds(validator, list))
    const each = median(times)
    const aim = list === middle ? 'at least 5,000/s' : ''
    const value = `${Math.round(1e6 / each).toLocaleString('en')}/s (${each.toFixed(0)} µs)`
    rates.push({ what: `base validation, ${what} (${list.length} resources)`, value, aim })
  }
  const memory = Math.round((process.memoryUsage().rss - before) / 1e6)
  rates.push({ what: 'the first time, with all that is compiled then', value: `${first.toFixed(0)} µs`, aim: '' })
  rates.push({ what: 'memory for it', value: `${memory} MB`, aim: '' })
  return rates
}

function bodiesOf({ first, others }: Sample): Body[] {
  const values = [...first, ...others].flatMap((bundle) => {
    const { entry } = JSON.parse(bundle.toString()) as { entry: { resource: Record<string, unknown> }[] }
    return entry.map(({ resource }) => resource)
  })
  const bodies = values.map((value) => ({ value, text: Buffer.from(JSON.stringify(value)) }))
  return bodies.sort((one, other) => one.text.length - other.text.length)
}

/** Processor time that one of them takes. */
async function microseconds(validator: Validator, bodies: readonly Body[]): Promise<number> {
  const before = process.cpuUsage()
  for (const { value, text } of bodies) await validator.validate(value, text, NOTHING, OPTIONS)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / bodies.length
}

if (import.meta.main) process.stdout.write(`${printTable(await validationRows(await readSample()))}\n`)
