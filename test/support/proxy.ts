import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Test } from 'tap'
import { mongoPort, withoutMongo } from './mongo.ts'

/**
 * What becomes of some bytes on their way to the server: they `pass`; the connection is `cut` in front of them; they are
 * `delivered`, and it is cut before any answer comes back; or they and all that follows are `swallowed`, as by a dead network.
 */
export type Fate = 'pass' | 'cut' | 'delivered' | 'swallowed'

/** Stands between a client and a server, and cuts their connections when it is told to. */
export class CuttingProxy {
  /** Decides over what a client sends, piece by piece. */
  fate: (bytes: Buffer) => Fate = () => 'pass'
  /** Whether nothing comes through either way, as by a dead network. Connections of that time are of no use after it. */
  dead = false
  private readonly server: Server
  private readonly target: number
  private readonly pairs = new Map<Socket, Socket>()

  constructor(target: number) {
    this.target = target
    this.server = createServer((client) => this.join(client))
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** Takes connections; `port` 0 is a free one. */
  async listen(port = 0): Promise<void> {
    this.server.listen(port, '127.0.0.1')
    await once(this.server, 'listening')
  }

  /** Cuts all connections, and takes no more of them. */
  async close(): Promise<void> {
    if (!this.server.listening) return
    this.server.close()
    this.cutAll()
    await once(this.server, 'close')
  }

  cutAll(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy()
  }

  private join(client: Socket): void {
    const server = connect(this.target, '127.0.0.1')
    this.pairs.set(client, server)
    let answers: 'pass' | 'cut' | 'swallow' = 'pass'
    client.on('data', (bytes: Buffer) => {
      if (this.dead) return
      const fate = answers === 'swallow' ? 'swallowed' : this.fate(bytes)
      if (fate === 'cut') client.destroy()
      if (fate === 'delivered') answers = 'cut'
      if (fate === 'swallowed') answers = 'swallow'
      if (fate === 'pass' || fate === 'delivered') server.write(bytes)
    })
    server.on('data', (bytes) => {
      if (this.dead) return
      if (answers === 'pass') client.write(bytes)
      if (answers === 'cut') client.destroy()
    })
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        other.destroy()
        this.pairs.delete(client)
      })
    }
  }
}

/** A proxy before a port of this machine; it is closed when the test is over. */
export async function openProxy(t: Test, target: number): Promise<CuttingProxy> {
  const proxy = new CuttingProxy(target)
  await proxy.listen()
  t.teardown(() => proxy.close())
  return proxy
}

/** What `skip` is of a test that puts a proxy before the database: words where none can stand there, as `withoutMongo`. */
export async function withoutProxy(): Promise<string | false> {
  const skip = await withoutMongo()
  if (skip !== false) return skip
  return (await mongoPort()) === undefined ? 'no proxy can stand before this server' : false
}

/** The same database by way of a proxy, where one can stand before its server. */
export async function throughProxy(t: Test, url: string): Promise<{ proxy: CuttingProxy; proxied: string }> {
  const proxy = await openProxy(t, (await mongoPort()) ?? 0)
  return { proxy, proxied: url.replace(/\/\/[^/]+/, `//127.0.0.1:${proxy.port}`) }
}
