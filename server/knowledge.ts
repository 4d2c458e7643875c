import type { ConceptStore } from '../resources/store/concepts.ts'
import type { PackageStore } from '../resources/store/packages.ts'
import { SqliteConcepts } from '../resources/store/sqlite/concepts.ts'
import { SqlitePackages } from '../resources/store/sqlite/packages.ts'
import type { Config } from './config.ts'
import { withoutSecrets } from './mongo-url.ts'

/** What is known besides resources: packages of definitions, and large code systems. */
export interface Knowledge {
  packages: PackageStore
  concepts: ConceptStore
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
  try {
    const concepts = await SqliteConcepts.open(dataDir)
    return { packages, concepts, close: () => closeAll(concepts, packages) }
  } catch (error) {
    await packages.close()
    throw error
  }
}

async function openOnMongo(url: string, storeName: string): Promise<Knowledge> {
  // Who has the embedded store does without the driver.
  const { connect, databaseName } = await import('../resources/store/mongo/connect.ts')
  const { MongoConcepts } = await import('../resources/store/mongo/concepts.ts')
  const { MongoPackages } = await import('../resources/store/mongo/packages.ts')
  try {
    const { client } = await connect(url)
    try {
      const database = client.db(databaseName(url))
      const packages = await MongoPackages.open(database)
      const concepts = await MongoConcepts.open(database)
      return { packages, concepts, close: () => closeAll(concepts, packages, client) }
    } catch (error) {
      await client.close()
      throw error
    }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new Error(`${storeName}: ${withoutSecrets(words, url)}`)
  }
}

/** Closes one after the other. */
async function closeAll(...all: readonly { close(): Promise<void> }[]): Promise<void> {
  for (const one of all) await one.close()
}
