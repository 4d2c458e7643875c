import type { SignedInSession } from './session.ts'

/** What a form of the account page asks for, by a user who is signed in. */
export interface AccountForm extends SignedInSession {
  form: URLSearchParams
  csrf: string
}

/** What became of it: a page of its own, or words for the account page. `left`: nobody is signed in any more. */
export type AccountEnd = { page: string } | { done?: string; alert?: string; left?: true }
