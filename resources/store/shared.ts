/** What processes that work on one store agree by. A store that one process alone can have open has none. */
export interface Shared {
  /**
   * Takes what the name stands for, for so many ms from now on, and renews it where this process has it; answers whether it
   * has. With `steal` it has it whoever did.
   */
  lease(name: string, ms: number, steal?: boolean): Promise<boolean>
  /** Gives it back; nothing where another has it. */
  release(name: string): Promise<void>
  /** Lets the others know, for so many ms, what this process says under a name. */
  tell(name: string, value: string, ms: number): Promise<void>
  /** Takes back all that it says. */
  fallSilent(): Promise<void>
  /** What the others say under a name. */
  told(name: string): Promise<string[]>
  /**
   * Calls back whenever resources of a type may have been written, by whomever: each time once at least, and once when it
   * begins to look. What it returns ends that.
   */
  watch(type: string, onChange: () => void): () => Promise<void>
}
