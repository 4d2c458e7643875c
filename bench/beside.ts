import { readRate, WritingClient } from './client.ts'
import { median } from './machine.ts'
import { searchPaths } from './search.ts'
import { type Facts, SEARCHES } from './searches.ts'
import { MeasuredServer } from './server.ts'
import type { Row } from './table.ts'
import { observation } from './write.ts'

const RUNS = 3
const SECONDS = 4
const WRITES = 500

/** ms between two handfuls of writes. */
const TICK = 20

/**
 * Searches of all kinds in turn, while resources come in, `size` in a transaction or one by one, against the same with none:
 * the two alternated.
 */
export async function besideWrites(folder: string, facts: Facts, size: number): Promise<Row> {
  const server = await MeasuredServer.chartroom(folder)
  const paths = SEARCHES.flatMap((search) => searchPaths(search, facts))
  await readRate(server.url, paths, { seconds: SECONDS })
  const shares: number[] = []
  const written: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const alone = await readRate(server.url, paths, { seconds: SECONDS })
    const writing = new Writing(server.url, size)
    shares.push((await readRate(server.url, paths, { seconds: SECONDS })) / alone)
    written.push(await writing.stop())
  }
  await server.stop()
  const value = `${Math.round((1 - median(shares)) * 100)} % fewer (${Math.round(median(written))}/s came in)`
  const each = size === 1 ? 'one by one' : `${size} in a transaction`
  return { what: `searches beside ${WRITES} resources/s, ${each}`, value, aim: 'at most 30 % fewer' }
}

/** Creates resources at a steady pace. */
class Writing {
  private readonly client: WritingClient
  private readonly size: number
  private readonly timer: NodeJS.Timeout
  private readonly started = performance.now()
  private sent = 0
  private done = 0
  private failed = 0

  constructor(url: string, size: number) {
    this.size = size
    this.client = new WritingClient(url, 8)
    this.timer = setInterval(() => this.keepUp(), TICK)
  }

  /** Resources that were created in a second. Throws where one was refused. */
  async stop(): Promise<number> {
    clearInterval(this.timer)
    const rate = this.done / ((performance.now() - this.started) / 1000)
    while (this.done + this.failed < this.sent) await new Promise((resolve) => setTimeout(resolve, TICK))
    this.client.close()
    if (this.failed > 0) throw new Error(`${this.failed} writes failed`)
    return rate
  }

  private keepUp(): void {
    const due = ((performance.now() - this.started) / 1000) * WRITES
    while (this.sent < due) {
      const { size } = this
      const fail = () => {
        this.failed += size
      }
      const settle = ({ status }: { status: number }) => {
        if (status >= 300) fail()
        else this.done += size
      }
      this.send(this.sent).then(settle, fail)
      this.sent += size
    }
  }

  private send(first: number): Promise<{ status: number }> {
    if (this.size === 1) return this.client.send('POST', '/fhir/Observation', observation(first))
    const entry = Array.from({ length: this.size }, (_, at) => ({
      resource: JSON.parse(observation(first + at)),
      request: { method: 'POST', url: 'Observation' },
    }))
    return this.client.send('POST', '/fhir', JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }))
  }
}
