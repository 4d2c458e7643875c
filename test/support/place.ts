import { basename } from 'node:path'
import { foundMongo, withDatabase } from './mongo.ts'

/** Whether the tests that hold of any store run on MongoDB: by TEST_STORE, `sqlite` or `mongodb`. */
export const ON_MONGO = process.env.TEST_STORE === 'mongodb'

/** What `skip` is of a test that is about the embedded store, or in need of more speed than the other has in tests. */
export const sqliteAlone = ON_MONGO && 'about the embedded store'

/** The settings by which a server works on the store that a folder of `storeFolder` stands for. */
export async function placeOf(folder: string): Promise<Record<string, string>> {
  return { DATA_DIR: folder, ...(ON_MONGO ? { MONGODB_URL: await urlOf(folder) } : {}) }
}

/** The database that stands for a folder. */
export async function urlOf(folder: string): Promise<string> {
  return withDatabase(await foundMongo(), basename(folder))
}
