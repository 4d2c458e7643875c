import type { Issue } from '../../resources/fhir-error.ts'
import type { Reply } from './target.ts'

/** Failures that are listed one by one. */
const MOST_LISTED = 100

/** Counts what became of what was loaded. */
export class Tally {
  /** Resources written, by type. */
  readonly written = new Map<string, number>()
  /** Bundles, or entries of batches, that an earlier run had loaded. */
  repeated = 0
  failures = 0
  readonly failed: string[] = []

  get total(): number {
    return [...this.written.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Takes in the reply to a Bundle; `entryName` tells what its entries are called. */
  take(name: string, reply: Reply, entryName: (at: number) => string): void {
    if (reply.issues) {
      if (isRepeated(reply.issues)) this.repeated++
      else this.fail(name, reply.issues)
      return
    }
    for (const [at, { response }] of (reply.response.entry ?? []).entries()) {
      const issues = response.outcome?.issue ?? []
      if (/^2/.test(response.status)) this.count(response.location)
      else if (isRepeated(issues)) this.repeated++
      else this.fail(entryName(at), issues)
    }
  }

  /** Notes something that failed as a whole. */
  fail(name: string, issues: readonly Pick<Issue, 'diagnostics' | 'expression'>[]): void {
    this.failures++
    if (this.failed.length >= MOST_LISTED) return
    const [issue] = issues
    // Where the user's file has no Bundle, its entries are named by their lines.
    const place =
      name.includes('Bundle') || !/:\d+$/.test(name) ? issue?.expression?.[0] : below(issue?.expression?.[0])
    this.failed.push(`${name}: ${issue?.diagnostics ?? 'failed'}${place && !name.endsWith(place) ? ` (${place})` : ''}`)
  }

  /** Lines for the user. */
  summary(): string[] {
    const types = [...this.written].sort(([, one], [, other]) => other - one)
    const width = Math.max(5, ...types.map(([type]) => type.length))
    const lines = types.map(([type, count]) => `  ${type.padEnd(width)} ${String(count).padStart(8)}`)
    lines.push(`  ${'total'.padEnd(width)} ${String(this.total).padStart(8)}`)
    if (this.repeated > 0)
      lines.push(
        `${this.repeated} Bundles or resources were loaded before and are left alone, changed since or not (see --again)`,
      )
    if (this.failures > 0) lines.push(`${this.failures} failed:`, ...this.failed.map((failure) => `  ${failure}`))
    if (this.failures > this.failed.length) lines.push(`  and ${this.failures - this.failed.length} more`)
    return lines
  }

  private count(location: string | undefined): void {
    const type = /([A-Za-z]+)\/[^/]+\/_history\/[^/]+$/.exec(location ?? '')?.[1]
    if (type !== undefined) this.written.set(type, (this.written.get(type) ?? 0) + 1)
  }
}

function isRepeated(issues: readonly Pick<Issue, 'code'>[]): boolean {
  return issues.some((issue) => issue.code === 'duplicate')
}

function below(expression: string | undefined): string | undefined {
  return expression?.replace(/^Bundle\.entry\[\d+\](\.resource)?\.?/, '')
}
