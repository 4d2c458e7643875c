import type { Endpoints } from '../../auth/smart/smart-configuration.ts'
import type { Rights } from '../access/callers.ts'
import type { Services } from '../call.ts'
import type { Seal } from './csrf.ts'
import type { OwnTokens } from './own-token.ts'

/** What the parts of the authorization server work with. Made once, in `mount.ts`. */
export interface Rooms extends Pick<Services, 'store' | 'baseUrl' | 'dispatch' | 'audit' | 'folded'> {
  issuer: string
  /** The issuer's path. */
  root: string
  endpoints: Endpoints
  /** Whether clients may register themselves. */
  registers: boolean
  /** What cookies are signed with. */
  cookieKey: string
  seal: Seal
  tokens: OwnTokens
  /** The rights of a user, for what he is offered to choose from. */
  accessFor: Rights['of']
}
