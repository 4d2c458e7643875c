import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readPieces } from '../server/cli/sources.ts'
import { demoBundles } from '../server/demo/hospital.ts'

const SHARED = process.env.SHARED ?? join(import.meta.dirname, '..', '..', 'shared')
const SYNTHEA = join(SHARED, 'data', 'synthea', 'sample20.tar.gz')

/** Bundles to load: `first` in this order, the others in any. */
export interface Sample {
  name: string
  first: Buffer[]
  others: Buffer[]
  /** The largest transaction, alone. */
  largest: Buffer
}

/** The Synthea sample where it lies beside the project, else the demo hospital forty times over. */
export async function readSample(): Promise<Sample> {
  if (!existsSync(SYNTHEA)) return demoSample(40)
  const bundles: Buffer[] = []
  for await (const { bytes } of readPieces(SYNTHEA, () => undefined)) if (bytes) bundles.push(bytes)
  const [hospitals, practitioners, ...patients] = bundles
  const others = patients.sort((one, other) => other.length - one.length)
  return { name: 'sample20 (Synthea)', first: [hospitals!, practitioners!], others, largest: others[0]! }
}

/** The demo hospital, its patients `times` over under other ids. */
export function demoSample(times: number): Sample {
  const [hospital, ...patients] = demoBundles({ today: '2026-11-01' }).map((bundle) => JSON.stringify(bundle))
  const copies = Array.from({ length: times }, (_, at) =>
    patients.map((text) => Buffer.from(text.replace(/demo-(?=[a-z-]+-\d)/g, `c${at}-demo-`))),
  ).flat()
  const largest = copies.reduce((one, other) => (other.length > one.length ? other : one))
  return { name: `demo hospital, ${times} times`, first: [Buffer.from(hospital!)], others: copies, largest }
}
