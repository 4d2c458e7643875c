import type { Access } from '../auth/access.ts'
import type { RuleName } from '../him/privacy/screen/settings.ts'
import type { JobState } from './job.ts'

/** What is to be screened. */
export interface ScreenAsked {
  /** ms since 1970: from, and before. */
  start: number
  end: number
  /** The rules that are to judge, as far as they are on; all without it. */
  rules?: readonly RuleName[]
}

/** How far a screen is, or how the last one ended; `done` counts records of the log. */
export interface ScreenState extends JobState {
  asked?: ScreenAsked
  /** The last day that is done: `2026-11-28` */
  day?: string
  /** Looks of users at patients, a day's as one, and those of them that the record explains. */
  looks?: number
  explained?: number
  findings?: number
  /** Tasks that were made, and those that there were and that were changed. */
  made?: number
  renewed?: number
}

/** The screens of the audit log: one at a time, in the background. */
export interface Screens {
  /** Begins one for a caller; throws `conflict` while another is under way. */
  start(asked: ScreenAsked, by: Access): Promise<void>
  state(): Promise<ScreenState>
}
