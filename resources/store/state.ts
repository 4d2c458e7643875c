/**
 * What a server keeps that is no resource: clients, users, signing keys, grants, sessions, policies. Documents of a kind by
 * key, shared by all processes on the store. They are written by `Unit.state`, along with resources or alone, durably.
 */
export interface State {
  /** undefined where there is none, or it has expired. */
  get(kind: string, key: string): Promise<StateEntry | undefined>
  /** Those that have this alias, in the order of their keys, `most` at the most. */
  find(kind: string, alias: string, most: number): Promise<StateEntry[]>
  /** Those of a kind in the order of their keys, from behind a key on. */
  list(kind: string, after: string | undefined, count: number): Promise<StateEntry[]>
}

export interface StateEntry {
  key: string
  /** Plain JSON. */
  value: unknown
  /** Counts the writes of this key: 1, 2, 3 … and begins anew after a removal. */
  revision: number
  /** ms since 1970, from when on it is not there any more. */
  expires?: number
  aliases: string[]
}

/**
 * `expect`: the revision that must be there, or that none may; otherwise the unit is refused as `state`. What has expired is
 * not there.
 */
export type StateChange =
  | {
      kind: 'put'
      of: string
      key: string
      value: unknown
      expires?: number
      aliases?: string[]
      expect?: number | 'absent'
    }
  | { kind: 'remove'; of: string; key: string; expect?: number | 'present' }
