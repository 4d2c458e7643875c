import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '../../server/port.ts'
import { placeOf } from './place.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'server', 'main.ts')

/** A server in a process of its own. */
export interface SpawnedServer {
  url: string
  fhir: string
  process: ChildProcess
  /** What it has written to standard output so far. */
  output(): string
  /** Sends a signal and waits for the end; answers the exit code, or the signal. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
  /** Ends it as a test is over: what it has in hand is finished, or given up after some seconds. */
  stop(): Promise<void>
}

/** ms */
const STOP_TIME = 12_000

/** Starts `server/main.ts` on a folder and waits until it is ready. Rejects with its words when it ends before. */
export async function spawnServer(folder: string, environment: Record<string, string> = {}): Promise<SpawnedServer> {
  const port = await freePort('127.0.0.1')
  const env = {
    ...process.env,
    ...(await placeOf(folder)),
    PORT: String(port),
    DEMO: 'off',
    AUTH: 'off',
    ...environment,
  }
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    output += String(chunk)
  })
  const url = `http://127.0.0.1:${port}`
  await untilReady(url, child, () => output)
  return {
    url,
    fhir: `${url}/fhir`,
    process: child,
    output: () => output,
    end: (signal) => endOf(child, signal),
    async stop() {
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIME)
      await endOf(child, 'SIGTERM')
      clearTimeout(late)
    },
  }
}

async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode
  child.kill(signal)
  const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return code ?? by
}

async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${output()}`)
    const ready = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
