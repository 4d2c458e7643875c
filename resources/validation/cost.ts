import type { CostOfInvariants, Finding, Run } from './place.ts'

/** Steps of expressions, and ms of what counts none, that the validation of one body may take. */
const MOST_STEPS = 20_000_000
const MOST_TIME = 2_000

/** What invariants have cost of one body. Those of profiles are anybody's, and each is evaluated at each place that it is about. */
export class Cost implements CostOfInvariants {
  private steps = 0
  private time = 0
  private toldIn: unknown

  get isOver(): boolean {
    return this.steps > MOST_STEPS || this.time > MOST_TIME
  }

  add(steps: number, time: number): void {
    this.steps += steps
    this.time += time
  }

  /** As an error: what was not looked at must not pass for right. */
  tell(run: Run): void {
    if (this.toldIn === run.body) return
    this.toldIn = run.body
    run.report(run.body, TOO_COSTLY)
  }
}

const TOO_COSTLY: Finding = {
  severity: 'error',
  code: 'too-costly',
  messageId: 'invariant-too-costly',
  diagnostics: 'The invariants of this and of its profiles take too long here: the rest of them was not checked.',
}
