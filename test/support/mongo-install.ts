import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const CACHE = join(import.meta.dirname, '..', '..', '.cache')
const FOLDER = join(CACHE, 'mongo')
const VERSION = '0.7.0b3'

/** A command that starts a server, without its port and folder. */
export interface MongoProgram {
  kind: 'mongod' | 'secantus'
  command: string[]
  environment: Record<string, string>
}

/**
 * The MongoDB server to test on: `mongod` of the PATH, else the Python package secantusdb, a compatible server, which is put
 * into `.cache/mongo` if need be. Throws an Error with words when neither can be had.
 */
export function mongoProgram(): MongoProgram {
  const mongod = onPath('mongod')
  if (mongod) return { kind: 'mongod', command: [mongod], environment: {} }
  const python = onPath('python3')
  if (!python) throw new Error('there is neither mongod nor python3 on the PATH')
  if (!existsSync(join(FOLDER, `secantusdb-${VERSION}.dist-info`))) install(python)
  // Its settings may lie in the folder that it starts in, or in the home of who starts it: here are none.
  const command = [python, join(FOLDER, 'bin', 'secantusd-py'), '--enable-test-commands', '--log-level', 'WARNING']
  return { kind: 'secantus', command, environment: { PYTHONPATH: FOLDER, PYTHONDONTWRITEBYTECODE: '1' } }
}

/** Several tests may do so at once: each into a folder of its own, and the first to be done gives its name to it. */
function install(python: string): void {
  const own = `${FOLDER}-${process.pid}`
  mkdirSync(CACHE, { recursive: true })
  const options = ['--disable-pip-version-check', '--no-input', '--quiet', '--target', own]
  const run = spawnSync(python, ['-m', 'pip', 'install', ...options, `secantusdb==${VERSION}`], { encoding: 'utf8' })
  if (run.status !== 0) {
    rmSync(own, { recursive: true, force: true })
    throw new Error(`pip could not install secantusdb ${VERSION}: ${String(run.stderr ?? run.error).slice(-500)}`)
  }
  const old = `${own}-old`
  if (existsSync(FOLDER) && !existsSync(join(FOLDER, `secantusdb-${VERSION}.dist-info`))) renameSync(FOLDER, old)
  try {
    renameSync(own, FOLDER)
  } catch (error) {
    if (!existsSync(join(FOLDER, `secantusdb-${VERSION}.dist-info`))) throw error
  }
  for (const left of [own, old]) rmSync(left, { recursive: true, force: true })
}

function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

if (import.meta.main) {
  if (process.env.MONGODB_URL) process.stdout.write('tests run on MONGODB_URL\n')
  else process.stdout.write(`tests run on ${mongoProgram().command.join(' ')}\n`)
}
