import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { together, WritingClient } from './client.ts'
import type { Sample } from './data.ts'
import { percentile } from './machine.ts'
import type { MeasuredServer } from './server.ts'

interface Loaded {
  resources: number
  seconds: number
}

/** Loads the sample by 4 writers. Throws when a Bundle is refused. */
export async function ingest(server: MeasuredServer, sample: Sample): Promise<Loaded> {
  const client = new WritingClient(server.url, 4)
  let resources = 0
  const load = async (bundle: Buffer): Promise<void> => {
    const { status, text } = await client.send('POST', '/fhir', bundle)
    if (status !== 200) throw new Error(`a Bundle was refused: ${text.slice(0, 500)}`)
    resources += text.split('"status":"201 Created"').length - 1
  }
  const first = await together(sample.first, 1, load)
  const seconds = first + (await together(sample.others, 4, load))
  client.close()
  return { resources, seconds }
}

/** Loads what the others refer to; answers the path of a resource of it. */
export async function loadFirst(server: MeasuredServer, sample: Sample): Promise<string> {
  const client = new WritingClient(server.url, 1)
  let path = ''
  for (const bundle of sample.first) {
    const { text } = await client.send('POST', '/fhir', bundle)
    path = /"location":"[^"]*(\/fhir\/[A-Za-z]+\/[^"/]+)\/_history/.exec(text)?.[1] ?? path
  }
  client.close()
  return path
}

/** Reads by 8 readers while the largest transaction loads: the 99th percentile of their times, in ms. */
export async function readsWhileLoading(server: MeasuredServer, sample: Sample, path: string): Promise<number> {
  const client = new WritingClient(server.url, 9)
  let loading = true
  const load = client.send('POST', '/fhir', sample.largest).then(({ status }) => {
    loading = false
    if (status !== 200) throw new Error('the largest Bundle was refused')
  })
  const times: number[] = []
  const reader = async (): Promise<void> => {
    while (loading) {
      const started = performance.now()
      const { status } = await client.send('GET', path)
      if (status !== 200) throw new Error(`a read failed: ${status}`)
      times.push(performance.now() - started)
    }
  }
  await Promise.all([load, ...Array.from({ length: 8 }, reader)])
  client.close()
  return percentile(times, 0.99)
}

/** Bytes that a store takes on disk. */
export function diskBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}
