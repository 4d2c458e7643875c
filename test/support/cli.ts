import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const CLI = join(import.meta.dirname, '..', '..', 'server', 'cli', 'main.ts')

/** Runs `npm run fhir -- …` with these settings to its end: its exit code, and all that it wrote. */
export async function runCli(
  settings: Record<string, string>,
  ...args: string[]
): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, ...settings }
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk)
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}
