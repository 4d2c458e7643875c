import { foundMongo, withDatabase } from './mongo.ts'

/** Whether the tests that hold of any store run on MongoDB: by TEST_STORE, `sqlite` or `mongodb`. */
export const ON_MONGO = process.env.TEST_STORE === 'mongodb'

/** What `skip` is of a test that is about the embedded store, or in need of more speed than the other has in tests. */
export const sqliteAlone =
  ON_MONGO &&
  'on SQLite alone: about its folder and threads, or of more resources than the compatible server takes in time'

/** The settings by which a server works on the store that a folder of `storeFolder` stands for. */
export async function placeOf(folder: string): Promise<Record<string, string>> {
  return { DATA_DIR: folder, ...(ON_MONGO ? { MONGODB_URL: await urlOf(folder) } : {}) }
}

/** The database that stands for a folder of `storeFolder`, and for those in it. */
export async function urlOf(folder: string): Promise<string> {
  return withDatabase(await foundMongo(), databaseOf(folder))
}

export function databaseOf(folder: string): string {
  const name = /chartroom-test-[^/]+/.exec(folder)?.[0]
  if (name === undefined) throw new Error(`${folder} is no folder of a test`)
  return name
}
