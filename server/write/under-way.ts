/** Commits that are under way, for who has to know that those begun before are over. */
export class UnderWay {
  private readonly commits = new Set<Promise<unknown>>()

  /** Gives what the commit gives. */
  async of<T>(commit: Promise<T>): Promise<T> {
    this.commits.add(commit)
    try {
      return await commit
    } finally {
      this.commits.delete(commit)
    }
  }

  /** Resolves when all that are under way now are over, whichever way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.commits)
  }
}
