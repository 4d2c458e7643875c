import { createHmac } from 'node:crypto'
import type { Access } from '../../auth/access.ts'
import type { Identity } from '../../auth/identity.ts'
import { digestOf, type KnownToken, type KnownTokens } from '../../auth/token/known-tokens.ts'

/** What makes rights of who asks. */
export interface Rights {
  /** `purposes`: what the request says to be for. Rejects with `forbidden` for one that the caller may not name. */
  of(identity: Identity, purposes?: readonly string[]): Promise<Access>
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

/** Callers by their tokens and what they ask for. Their rights are made anew when what these follow from has changed, and once a second. */
export class Callers {
  private readonly tokens: KnownTokens
  private readonly rights: Rights
  private readonly nameKey: Buffer
  private readonly kept = new Map<string, Kept>()

  /** `nameKey` is secret, and the same for all processes on a store: names in the log are made with it. */
  constructor(tokens: KnownTokens, rights: Rights, nameKey: Buffer) {
    this.tokens = tokens
    this.rights = rights
    this.nameKey = nameKey
  }

  /**
   * The caller that a token stands for, with the rights for what the request says to be for; at once where these are known.
   * Rejects with `unauthenticated` for a token that is not accepted, with `unavailable` where that cannot be learned, with
   * `forbidden` for a purpose that the caller may not name.
   */
  of(text: string, purposes?: readonly string[]): Caller | Promise<Caller> {
    const digest = digestOf(text)
    const token = this.tokens.at(digest)
    const name = purposes ? `${digest} ${purposes.join()}` : digest
    if (token) return this.ofKnown(token, name, purposes)
    return this.tokens.take(text, digest).then((taken) => this.ofKnown(taken, name, purposes))
  }

  private ofKnown(
    { identity, checked }: KnownToken,
    name: string,
    purposes: readonly string[] | undefined,
  ): Caller | Promise<Caller> {
    const version = this.rights.version()
    const before = this.kept.get(name)
    if (before?.checked === checked && before.version === version) return before.caller ?? before.work
    const kept: Kept = { checked, version, work: this.make(identity, purposes, before?.caller?.subject) }
    this.keep(name, kept)
    kept.work.then(
      (caller) => {
        kept.caller = caller
      },
      () => {
        if (this.kept.get(name) === kept) this.kept.delete(name)
      },
    )
    return kept.work
  }

  private keep(name: string, kept: Kept): void {
    this.kept.delete(name)
    if (this.kept.size >= MOST) this.kept.delete(this.kept.keys().next().value!)
    this.kept.set(name, kept)
  }

  private async make(
    identity: Identity,
    purposes: readonly string[] | undefined,
    subject = this.nameOf(identity),
  ): Promise<Caller> {
    return { access: await this.rights.of(identity, purposes), client: identity.client, subject }
  }

  private nameOf({ issuer, subject }: Identity): string {
    const text = JSON.stringify(['subject in the log', issuer, subject])
    return createHmac('sha256', this.nameKey).update(text).digest('base64url').slice(0, 16)
  }
}
