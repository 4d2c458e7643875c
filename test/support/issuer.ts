import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { BASE } from './server.ts'
import { claimsOf, type SigningKey, signed, signingKey } from './tokens.ts'

/** How an issuer answers what it is asked; undefined for as it should. */
export type Answering = (request: IncomingMessage, response: ServerResponse) => void

/** An issuer of tokens on this machine, with discovery and a set of keys. */
export class TestIssuer {
  readonly url: string
  keys: SigningKey[]
  /** Paths that it was asked for. */
  readonly asked: string[] = []
  answering: Answering | undefined

  constructor(url: string, keys: SigningKey[]) {
    this.url = url
    this.keys = keys
  }

  /** A token for the test servers, by its first key unless another one is named. */
  token(claims: Record<string, unknown> = {}, key = this.keys[0]!): Promise<string> {
    return signed(key, claimsOf(BASE, { iss: this.url, ...claims }))
  }

  /** The header that shows such a token. */
  async bearer(claims: Record<string, unknown> = {}): Promise<{ authorization: string }> {
    return { authorization: `Bearer ${await this.token(claims)}` }
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request.url ?? '')
    if (this.answering) {
      this.answering(request, response)
      return
    }
    const page =
      request.url === '/.well-known/openid-configuration'
        ? { issuer: this.url, jwks_uri: `${this.url}/keys` }
        : { keys: this.keys.map(({ jwk }) => jwk) }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(page))
  }
}

/** Opens an issuer for a test; AUTH_ISSUERS has to name its `url`. */
export async function openIssuer(t: Test, key?: SigningKey): Promise<TestIssuer> {
  const server = createServer((request, response) => issuer.answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const issuer = new TestIssuer(`http://127.0.0.1:${port}`, [key ?? (await signingKey('first'))])
  t.teardown(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return issuer
}
