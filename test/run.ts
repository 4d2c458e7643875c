import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { mongoOfRun } from './support/mongo.ts'

/** Runs all tests with tap, shows its output and ends with a line `N passed, N failed`. */
async function main(): Promise<number> {
  const mongo = await mongoOfRun()
  try {
    return await runTap(mongo.environment)
  } finally {
    await mongo.stop()
  }
}

async function runTap(environment: Record<string, string>): Promise<number> {
  const tap = new URL('../node_modules/.bin/tap', import.meta.url).pathname
  const args = ['--reporter=tap', '--disable-coverage', '--allow-empty-coverage', ...process.argv.slice(2)]
  const child = spawn(tap, args, { stdio: ['inherit', 'pipe', 'inherit'], env: { ...process.env, ...environment } })
  const exit = once(child, 'exit')
  let passed = 0
  let failed = 0
  for await (const line of createInterface({ input: child.stdout })) {
    process.stdout.write(`${line}\n`)
    const counts = /^# \{/.test(line) ? line : ''
    passed = count('pass', counts) ?? passed
    failed = count('fail', counts) ?? (counts === '' ? failed : 0)
  }
  const [code] = (await exit) as [number | null]
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  return code ?? 1
}

function count(name: string, line: string): number | undefined {
  const match = new RegExp(`\\b${name}: (\\d+)`).exec(line)
  return match ? Number(match[1]) : undefined
}

process.exitCode = await main()
