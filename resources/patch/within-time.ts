import { createContext, Script } from 'node:vm'
import { tooCostly } from './operation-error.ts'

const script = new Script('run()')
const sandbox = createContext({ run: undefined })

/**
 * Runs a function and stops it after `ms`: no check of ours stands in the loops of the FHIRPath engine. Only node:vm can
 * stop code that is running on this thread, wherever that code came from.
 */
export function withinTime<Result>(run: () => Result, ms: number): Result {
  sandbox.run = run
  try {
    return script.runInContext(sandbox, { timeout: ms }) as Result
  } catch (error) {
    const { code } = Object(error) as { code?: unknown }
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw tooCostly('the path takes too long')
    throw error
  } finally {
    sandbox.run = undefined
  }
}
