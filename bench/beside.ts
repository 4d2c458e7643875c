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

/** Searches of all kinds in turn, while single resources come in, against the same with none: the two alternated. */
export async function besideWrites(folder: string, facts: Facts): Promise<Row> {
  const server = await MeasuredServer.chartroom(folder)
  const paths = SEARCHES.flatMap((search) => searchPaths(search, facts))
  await readRate(server.url, paths, SECONDS)
  const shares: number[] = []
  const written: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const alone = await readRate(server.url, paths, SECONDS)
    const writing = new Writing(server.url)
    shares.push((await readRate(server.url, paths, SECONDS)) / alone)
    written.push(await writing.stop())
  }
  await server.stop()
  const value = `${Math.round((1 - median(shares)) * 100)} % fewer (${Math.round(median(written))} writes/s)`
  return { what: `searches beside ${WRITES} writes/s`, value, aim: 'at most 30 % fewer' }
}

/** Creates resources at a steady pace, one a request. */
class Writing {
  private readonly client: WritingClient
  private readonly timer: NodeJS.Timeout
  private readonly started = performance.now()
  private sent = 0
  private done = 0
  private failed = 0

  constructor(url: string) {
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
    for (; this.sent < due; this.sent++) {
      const settle = ({ status }: { status: number }) => (status === 201 ? this.done++ : this.failed++)
      this.client.send('POST', '/fhir/Observation', observation(this.sent)).then(settle, () => this.failed++)
    }
  }
}
