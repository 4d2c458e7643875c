import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, readConfig } from '../config.ts'
import { othersOn } from '../jobs/peers.ts'
import { type Knowledge, openKnowledge } from '../knowledge.ts'
import { withoutSecrets } from '../mongo-url.ts'
import { type OpenedStore, openStore } from '../store.ts'

/** A store that is copied from or to. */
export interface End extends OpenedStore {
  kind: 'sqlite' | 'mongodb'
  config: Config
  knowledge: Knowledge
  /** For people: what keeps the records; no secret is in it. */
  name: string
}

type Environment = Record<string, string | undefined>

/**
 * The settings by which a place is opened: `sqlite:FOLDER` or a URL of MongoDB; `sqlite` and `mongodb` alone stand for
 * what DATA_DIR and MONGODB_URL name. Throws an Error with words, and without secrets, when it is neither.
 */
export function configOf(place: string, environment: Environment): Config {
  const own = { ...environment, DEMO: 'off' }
  if (place === 'mongodb') {
    if (!environment.MONGODB_URL) throw new Error('mongodb stands for what MONGODB_URL names, which is not set')
    return readConfig(own)
  }
  if (/^mongodb(\+srv)?:\/\//.test(place)) return readConfig({ ...own, MONGODB_URL: place })
  // npm runs scripts in the project's folder and tells where it was called.
  const [, folder] = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(place) ?? []
  if (folder !== undefined) {
    return readConfig({ ...own, DATA_DIR: resolve(environment.INIT_CWD ?? '', folder), MONGODB_URL: '' })
  }
  if (place === 'sqlite') return readConfig({ ...own, MONGODB_URL: '' })
  throw new Error('a place is sqlite:FOLDER, mongodb://HOSTS/DATABASE, or one of the words sqlite and mongodb')
}

/** Opens both ends; rejects with words when they are one, when something serves one of them, or when there is no source. */
export async function openEnds(from: Config, to: Config): Promise<{ from: End; to: End }> {
  if (resolved(from) === resolved(to)) throw new Error('both places are the same')
  if (from.mongoUrl === undefined && !existsSync(join(from.dataDir, 'chartroom.sqlite'))) {
    throw new Error(`there is no store in ${from.dataDir}`)
  }
  const source = await openEnd(from)
  try {
    return { from: source, to: await openEnd(to) }
  } catch (error) {
    await closeEnd(source)
    throw error
  }
}

/** Closes all that an end has open. */
export async function closeEnd({ store, knowledge }: End): Promise<void> {
  await knowledge.close()
  await store.close()
}

/** An error's words without the secrets of either place. */
export function printable(words: string, configs: readonly Config[]): string {
  return configs.reduce((rest, { mongoUrl = '' }) => withoutSecrets(rest, mongoUrl), words)
}

function resolved({ mongoUrl, dataDir, storeName }: Config): string {
  return mongoUrl === undefined ? resolve(dataDir) : storeName
}

async function openEnd(config: Config): Promise<End> {
  const opened = await openStore(config)
  const kind = config.mongoUrl === undefined ? 'sqlite' : 'mongodb'
  const name = kind === 'sqlite' ? `sqlite:${config.dataDir}` : config.storeName
  try {
    const others = await othersOn(opened.store.shared)
    if (others > 0) {
      const processes = `${others} other chartroom process${others > 1 ? 'es' : ''}`
      throw new Error(`${name} is in use by ${processes}: stop what is running; what was killed counts for 15 seconds`)
    }
    return { ...opened, knowledge: await openKnowledge(config), kind, config, name }
  } catch (error) {
    await opened.store.close()
    throw error
  }
}
