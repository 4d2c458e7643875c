import type { Canonicals } from '../resources/conformance/canonicals.ts'
import { LayeredCanonicals } from '../resources/conformance/layered.ts'
import { PackagedCanonicals } from '../resources/conformance/packaged.ts'
import { r4Canonicals } from '../resources/conformance/r4.ts'
import type { ConceptStore } from '../resources/store/concepts.ts'
import type { PackageStore } from '../resources/store/packages.ts'
import { SqliteConcepts } from '../resources/store/sqlite/concepts.ts'
import { SqlitePackages } from '../resources/store/sqlite/packages.ts'
import type { Config } from './config.ts'
import { withoutSecrets } from './mongo-url.ts'

/** What is known besides resources. */
export interface Knowledge {
  /** Definitions of packages. */
  packages: PackageStore
  /** Large code systems. */
  concepts: ConceptStore
  /** Definitions of packages, and of R4 behind them. */
  definitions: Canonicals
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
    return knowledgeOf(packages, await SqliteConcepts.open(dataDir))
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
      return knowledgeOf(packages, await MongoConcepts.open(database), client)
    } catch (error) {
      await client.close()
      throw error
    }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new Error(`${storeName}: ${withoutSecrets(words, url)}`)
  }
}

/** `client`: the connection that both have. */
function knowledgeOf(packages: PackageStore, concepts: ConceptStore, client?: { close(): Promise<void> }): Knowledge {
  return {
    packages,
    concepts,
    definitions: new LayeredCanonicals([new PackagedCanonicals(packages), r4Canonicals]),
    close: async () => {
      await concepts.close()
      await packages.close()
      await client?.close()
    },
  }
}
