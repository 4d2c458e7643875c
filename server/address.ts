import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'

const FILE = 'server.json'

/** Notes in the store's folder where its server listens, for commands that find the store in use. */
export function tellAddress({ dataDir, host, port }: Config): void {
  // Who listens everywhere is reached on this machine by its own address.
  const near = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  const url = `http://${near.includes(':') ? `[${near}]` : near}:${port}`
  writeFileSync(join(dataDir, FILE), JSON.stringify({ url }))
}

/** Where the server that has the store open listens; undefined when it did not say. */
export function addressOf(dataDir: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')) as { url?: string }).url
  } catch {
    return undefined
  }
}
