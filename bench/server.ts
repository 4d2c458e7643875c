import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../server/port.ts'

/** A process under measurement that serves FHIR, or something to compare with. */
export class MeasuredServer {
  readonly url: string
  /** ms from the start to the first answer. */
  readonly readyAfter: number
  private readonly child: ChildProcess
  private peak = 0
  private readonly sampler: NodeJS.Timeout

  private constructor(url: string, child: ChildProcess, readyAfter: number) {
    this.url = url
    this.child = child
    this.readyAfter = readyAfter
    this.sampler = setInterval(() => {
      this.peak = Math.max(this.peak, this.memory())
    }, 20)
  }

  /** Starts chartroom as `npm start` does, on a folder. */
  static chartroom(folder: string, environment: Record<string, string> = {}): Promise<MeasuredServer> {
    const script = join(import.meta.dirname, '..', 'server', 'start.js')
    return MeasuredServer.start(['--max-semi-space-size=8', script], '/readyz', {
      DATA_DIR: folder,
      DEMO: 'off',
      ...environment,
    })
  }

  /** Starts chartroom on a folder as it would be without an audit log. */
  static withoutAudit(folder: string): Promise<MeasuredServer> {
    const script = join(import.meta.dirname, 'audit', 'without.ts')
    return MeasuredServer.start(['--max-semi-space-size=8', script], '/readyz', { DATA_DIR: folder, DEMO: 'off' })
  }

  /** Starts chartroom by `npm start` itself: what npm takes is waited for as well. */
  static byNpm(folder: string): Promise<MeasuredServer> {
    return MeasuredServer.start(['start'], '/readyz', { DATA_DIR: folder, DEMO: 'off' }, 'npm')
  }

  /** Starts a bare Fastify route over the same database. */
  static bare(folder: string): Promise<MeasuredServer> {
    return MeasuredServer.start([join(import.meta.dirname, 'bare.ts')], '/readyz', { DATA_DIR: folder })
  }

  /** Starts chartroom on a database. */
  static onMongo(url: string): Promise<MeasuredServer> {
    const script = join(import.meta.dirname, '..', 'server', 'start.js')
    return MeasuredServer.start(['--max-semi-space-size=8', script], '/readyz', { MONGODB_URL: url })
  }

  /** Starts bare routes that make these driver calls, as EJSON. */
  static bareMongo(url: string, calls: string): Promise<MeasuredServer> {
    const script = join(import.meta.dirname, 'mongo', 'bare.ts')
    return MeasuredServer.start([script], '/readyz', { MONGODB_URL: url, CALLS: calls })
  }

  /** Starts the routes of searches written by hand. */
  static bareSearch(folder: string, facts: string): Promise<MeasuredServer> {
    const script = join(import.meta.dirname, 'bare-search.ts')
    return MeasuredServer.start([script], '/readyz', { DATA_DIR: folder, FACTS: facts })
  }

  private static async start(
    args: string[],
    ready: string,
    environment: Record<string, string>,
    program = process.execPath,
  ): Promise<MeasuredServer> {
    const port = await freePort('127.0.0.1')
    const started = performance.now()
    const env = { ...process.env, AUTH: 'off', PORT: String(port), ...environment }
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
    const url = `http://127.0.0.1:${port}`
    while (!(await answers(url + ready))) {
      if (child.exitCode !== null) throw new Error(`${args[0]} ended`)
    }
    return new MeasuredServer(url, child, performance.now() - started)
  }

  /** Resident memory now, in MB. */
  memory(): number {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
    } catch {
      return 0
    }
  }

  /** Processor time of all its threads since the start, in ms (Linux; in steps of ten). */
  processorTime(): number {
    const stat = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8')
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number)
    return (user + system) * 10
  }

  /** Highest resident memory since the last call, in MB. */
  takePeak(): number {
    const { peak } = this
    this.peak = 0
    return peak
  }

  async stop(): Promise<void> {
    clearInterval(this.sampler)
    if (this.child.exitCode !== null) return
    this.child.kill('SIGTERM')
    await once(this.child, 'exit')
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 5))
    return false
  }
}
