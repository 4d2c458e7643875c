/** How far a job is. */
export interface JobState {
  running: boolean
  /** Resources done. */
  done: number
  /** Instants. Absent when it never ran. */
  started?: string
  finished?: string
  /** Why it stopped before the end, where something went wrong. */
  failure?: string
}

/** Long work that goes on while the server answers. */
export interface Job {
  /** Begins, or goes on where it stopped; nothing while it runs. Answers when it is under way. */
  start(): Promise<void>
  state(): JobState
}
