import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const CLI = join(import.meta.dirname, '..', '..', 'server', 'cli', 'main.ts')

/** How a run of the command line ended. */
export interface CliRun {
  code: number | null
  output: string
}

/** Runs `npm run fhir -- …` with these settings to its end: its exit code, and all that it wrote. */
export function runCli(settings: Record<string, string>, ...args: string[]): Promise<CliRun> {
  return runCliOn('', settings, ...args)
}

/** The same with a text as its standard input. */
export async function runCliOn(input: string, settings: Record<string, string>, ...args: string[]): Promise<CliRun> {
  const env = { ...process.env, ...settings }
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk)
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}
