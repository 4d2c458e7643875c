import { parentPort, workerData } from 'node:worker_threads'
import { openReader } from '../../resources/store/sqlite/connect.ts'
import { Deadline, OutOfTime } from './deadline.ts'
import { type Ask, Queries } from './queries.ts'

/** What is asked of the thread, and for how many ms. */
export interface Request {
  id: number
  ask: Ask
  ms: number
}

export type Response =
  | { id: number; result: unknown }
  | { id: number; outOfTime: true }
  | { id: number; failed: string }

const database = openReader((workerData as { path: string }).path)
const deadline = new Deadline(database)
const queries = new Queries(database)

parentPort?.on('message', ({ id, ask, ms }: Request) => parentPort?.postMessage(answer(id, ask, ms)))

function answer(id: number, ask: Ask, ms: number): Response {
  try {
    return { id, result: deadline.run(ms, () => queries.answer(ask)) }
  } catch (error) {
    return error instanceof OutOfTime ? { id, outOfTime: true } : { id, failed: String(error) }
  }
}
