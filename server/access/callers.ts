import { createHmac } from 'node:crypto'
import type { Access } from '../../auth/access.ts'
import type { Identity } from '../../auth/identity.ts'
import { digestOf, type KnownToken, type KnownTokens } from '../../auth/token/known-tokens.ts'

/** What makes rights of who asks. */
export interface Rights {
  of(identity: Identity): Promise<Access>
  /** Another number whenever what rights follow from has changed in this process; by others', within a second. */
  version(): number
}

/** Who sent a request, and what the log may say of it. */
export interface Caller {
  access: Access
  client: string
  /** Stands for the subject in the log: the same for the same one, and nothing by itself. */
  subject: string
}

interface Kept {
  checked: number
  version: number
  caller?: Caller
  work: Promise<Caller>
}

/**
 * Callers whose rights are kept at once, which take some ten KB each: those that were made first go. They are made anew once
 * a second anyway.
 */
const MOST = 500

/** Callers by their tokens. Their rights are made anew when what these follow from has changed, and once a second. */
export class Callers {
  private readonly tokens: KnownTokens
  private readonly rights: Rights
  private readonly nameKey: Buffer
  private readonly kept = new Map<KnownToken, Kept>()

  /** `nameKey` is secret, and the same for all processes on a store: names in the log are made with it. */
  constructor(tokens: KnownTokens, rights: Rights, nameKey: Buffer) {
    this.tokens = tokens
    this.rights = rights
    this.nameKey = nameKey
  }

  /**
   * The caller that a token stands for; at once where it is known. Rejects with `unauthenticated` for one that is not
   * accepted, with `unavailable` where that cannot be learned.
   */
  of(text: string): Caller | Promise<Caller> {
    const digest = digestOf(text)
    const token = this.tokens.at(digest)
    return token ? this.ofKnown(token) : this.tokens.take(text, digest).then((taken) => this.ofKnown(taken))
  }

  private ofKnown(token: KnownToken): Caller | Promise<Caller> {
    const version = this.rights.version()
    const before = this.kept.get(token)
    if (before?.checked === token.checked && before.version === version) return before.caller ?? before.work
    const kept: Kept = { checked: token.checked, version, work: this.make(token.identity, before?.caller?.subject) }
    this.keep(token, kept)
    kept.work.then(
      (caller) => {
        kept.caller = caller
      },
      () => this.kept.delete(token),
    )
    return kept.work
  }

  private keep(token: KnownToken, kept: Kept): void {
    this.kept.delete(token)
    if (this.kept.size >= MOST) this.kept.delete(this.kept.keys().next().value!)
    this.kept.set(token, kept)
  }

  private async make(identity: Identity, subject = this.nameOf(identity)): Promise<Caller> {
    return { access: await this.rights.of(identity), client: identity.client, subject }
  }

  private nameOf({ issuer, subject }: Identity): string {
    const text = JSON.stringify(['subject in the log', issuer, subject])
    return createHmac('sha256', this.nameKey).update(text).digest('base64url').slice(0, 16)
  }
}
