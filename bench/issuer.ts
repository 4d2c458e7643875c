import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

const ALG = 'ES384'

/** Who issues the access tokens of a measurement, trusted by AUTH_ISSUERS. */
export class Issuer {
  readonly url: string
  private readonly server: Server
  private readonly key: CryptoKey

  private constructor(server: Server, key: CryptoKey) {
    this.server = server
    this.key = key
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async open(): Promise<Issuer> {
    const { publicKey, privateKey } = await generateKeyPair(ALG)
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: ALG, use: 'sig' }] }
    const server = createServer((request, response) => {
      const page = request.url === '/keys' ? jwks : { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(page))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const issuer = new Issuer(server, privateKey)
    return issuer
  }

  /** A token for a FHIR base, of an hour. */
  token(audience: string, claims: { scope: string; patient?: string }): Promise<string> {
    return new SignJWT({ ...claims, client_id: 'bench' })
      .setProtectedHeader({ alg: ALG, kid: 'k', typ: 'at+jwt' })
      .setIssuer(this.url)
      .setSubject('bench')
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(this.key)
  }

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }
}
