import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Failures } from './support/failures.ts'
import { mongoOfRun } from './support/mongo.ts'

const HERE = import.meta.dirname

/** Test files that run at once: many wait, for a server to start or for something to time out. */
const JOBS = Math.max(2, availableParallelism())

/** What the tests that hold of any store go through to one; those that go through `mongo.ts` are of MongoDB anyway. */
const THROUGH_A_STORE = /from '(?:\.\.?\/)+support\/(?:oracle\/bench|world|server|listen|spawn|stores)\.ts'/
const OF_MONGO = /from '(?:\.\.?\/)+support\/(?:mongo|processes)\.ts'/

/**
 * Left to SQLite: what is about its folder, its threads and its plans; what HTTP is like, whatever is behind it; and what
 * loads so much that the compatible server takes minutes.
 */
const LEFT_OUT = new RegExp(
  [
    'contract/(sqlite-store|state-crash)',
    'readme',
    'search/(deadline|plans|real-data|statements|mongo/)',
    'server/access/(?!revoked|own-tokens)',
    // The compatible server never gives up what a killed process was at, and blocks whatever else runs on it.
    'server/audit/crash',
    'server/(cli/(load|reindex|token)|crash|demo/load|overload|hostile|round-trip)',
    'server/http/(?!binary\\.|faults|methods|formats)',
    'server/start/(disk-full|npm|refusals)',
  ].join('|'),
)

/**
 * Runs tests with tap, shows its output and ends with a line `N passed, N failed`: those of the files that are named, on the
 * store that TEST_STORE names (`sqlite` or `mongodb`); or all on SQLite, and those that hold of any store on MongoDB once
 * more, unless it names one of them.
 */
async function main(named: string[]): Promise<number> {
  const mongo = await mongoOfRun()
  const { MONGODB_URL, ...environment } = { ...process.env, ...mongo.environment }
  // Servers that tests start would take it for theirs.
  if (MONGODB_URL) environment.TEST_MONGODB_URL = MONGODB_URL
  try {
    const { TEST_STORE } = environment
    const results: Result[] = []
    if (named.length > 0 || TEST_STORE !== 'mongodb') results.push(await runTap(named, environment))
    if (named.length === 0 && TEST_STORE !== 'sqlite') results.push(await onMongo(environment))
    for (const { failures } of results) process.stdout.write(failures.summary())
    const sum = (what: 'passed' | 'failed') => results.reduce((all, one) => all + one[what], 0)
    process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`)
    return results.find(({ code }) => code !== 0)?.code ?? 0
  } finally {
    await mongo.stop()
  }
}

interface Result {
  passed: number
  failed: number
  code: number
  failures: Failures
}

async function onMongo(environment: NodeJS.ProcessEnv): Promise<Result> {
  const missing = environment.TEST_MONGODB_MISSING
  process.stdout.write(`# on MongoDB${missing === undefined ? '' : `: left out, ${missing}`}\n`)
  const without = process.env.CI ? 1 : 0
  if (missing !== undefined) return { passed: 0, failed: without, code: without, failures: new Failures() }
  const files = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !LEFT_OUT.test(name) && isOfAnyStore(name))
    .map((name) => `test/${name}`)
  return runTap(files.sort(), { ...environment, TEST_STORE: 'mongodb' })
}

function isOfAnyStore(name: string): boolean {
  const text = readFileSync(join(HERE, name), 'utf8')
  return THROUGH_A_STORE.test(text) && !OF_MONGO.test(text)
}

async function runTap(files: readonly string[], environment: NodeJS.ProcessEnv): Promise<Result> {
  const tap = join(HERE, '..', 'node_modules', '.bin', 'tap')
  const args = [`--jobs=${JOBS}`, '--reporter=tap', '--disable-coverage', '--allow-empty-coverage', ...files]
  const child = spawn(tap, args, { stdio: ['inherit', 'pipe', 'inherit'], env: environment })
  const exit = once(child, 'exit')
  let passed = 0
  let failed = 0
  const failures = new Failures()
  for await (const line of createInterface({ input: child.stdout })) {
    process.stdout.write(`${line}\n`)
    failures.see(line)
    const counts = /^# \{/.test(line) ? line : ''
    passed = count('pass', counts) ?? passed
    failed = count('fail', counts) ?? (counts === '' ? failed : 0)
  }
  const [code] = (await exit) as [number | null]
  return { passed, failed, code: code ?? 1, failures }
}

function count(name: string, line: string): number | undefined {
  const match = new RegExp(`\\b${name}: (\\d+)`).exec(line)
  return match ? Number(match[1]) : undefined
}

process.exitCode = await main(process.argv.slice(2))
