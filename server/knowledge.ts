import type { PackageStore } from '../resources/store/packages.ts'
import { SqlitePackages } from '../resources/store/sqlite/packages.ts'
import type { Config } from './config.ts'
import { withoutSecrets } from './mongo-url.ts'

/** What is known besides resources: packages of definitions. */
export interface Knowledge {
  packages: PackageStore
  close(): Promise<void>
}

/** The settings that say where it is kept. */
export type KnowledgePlace = Pick<Config, 'dataDir' | 'mongoUrl' | 'storeName'>

/**
 * Opens what is known in the place that the settings name, beside any process that has it open. Rejects with words for the user,
 * without secrets, when it cannot be opened.
 */
export async function openKnowledge({ dataDir, mongoUrl, storeName }: KnowledgePlace): Promise<Knowledge> {
  if (mongoUrl !== undefined) return openOnMongo(mongoUrl, storeName)
  const packages = await SqlitePackages.open(dataDir)
  return { packages, close: () => packages.close() }
}

async function openOnMongo(url: string, storeName: string): Promise<Knowledge> {
  // Who has the embedded store does without the driver.
  const { connect, databaseName } = await import('../resources/store/mongo/connect.ts')
  const { MongoPackages } = await import('../resources/store/mongo/packages.ts')
  try {
    const { client } = await connect(url)
    try {
      const packages = await MongoPackages.open(client.db(databaseName(url)))
      return { packages, close: () => packages.close().then(() => client.close()) }
    } catch (error) {
      await client.close()
      throw error
    }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new Error(`${storeName}: ${withoutSecrets(words, url)}`)
  }
}
