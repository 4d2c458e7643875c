import { ON_MONGO } from '../place.ts'

const { ORACLE_RUNS, ORACLE_SEED, CI } = process.env

/** A compatible server takes a ms for each document, and SQLite hundreds of times less. */
const PART = ON_MONGO ? 1 / 8 : 1

/**
 * How a property is tried: in `usual` many worlds, or so many times `share` as ORACLE_RUNS says. A build says the same of
 * the same code whenever it is made; elsewhere each try is another one. What fails is told after two minutes at the
 * latest, however small it could be made.
 */
export function manner(usual: number, share = 1) {
  const seed = ORACLE_SEED ?? (CI ? '20261128' : undefined)
  return {
    numRuns: Math.ceil(Number(ORACLE_RUNS ?? usual * PART) * share),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    interruptAfterTimeLimit: ORACLE_RUNS ? 3_600_000 : 120_000,
    markInterruptAsFailure: true,
  }
}
