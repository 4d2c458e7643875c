import type { ConceptStore, Draft } from '../../store/concepts.ts'
import type { PackagedDefinition, PackageStore } from '../../store/packages.ts'
import type { Concept } from '../concept.ts'
import { codeSystemOf } from './code-system.ts'
import type { Faults } from './faults.ts'
import type { Definition, Loaded, Made } from './loader.ts'

/** Records that go into the store at once. */
const BATCH = 1000

/** Begins the names of packages in which definitions of loaded codes are kept. */
export const PACKAGE = 'chartroom.codes.'

/** Where what was made of files is kept. */
export interface Keeping {
  concepts: ConceptStore
  packages: PackageStore
}

/** What putting in goes by. */
interface Publishing {
  faults: Faults
  progress: (records: number) => void
  based?: ReadonlyMap<string, string | undefined>
}

/** An edition as it was put in. */
export interface Published {
  edition: Made['edition']
  concepts: number
  records: number
}

/**
 * Puts editions and definitions in the place of what was held of them. Nothing is seen of it before all files were read to
 * their end; where something is wrong with them, nothing is put in.
 *
 * @param progress told how many records there are so far
 * @param based keys of the code systems that were read to be added to, by their urls; undefined where none was held
 * @throws Error that names the lines that are no good, or the code system that somebody else has changed meanwhile
 */
export async function publish(
  kind: string,
  { editions, definitions }: Loaded,
  { concepts, packages }: Keeping,
  { faults, progress, based = new Map() }: Publishing,
): Promise<Published[]> {
  const drafts: Draft[] = []
  const done: Published[] = []
  let before = 0
  try {
    faults.refuse()
    for (const made of editions) {
      const draft = await concepts.draft(made.edition)
      drafts.push(draft)
      const published = await filled(draft, made, (records) => progress(before + records))
      before += published.records
      done.push(published)
      faults.refuse()
      if (published.records === 0)
        throw new Error(`The files have no codes of ${made.edition.title ?? made.edition.name} in them.`)
    }
    const others = new Map(based)
    for (const [at, draft] of drafts.entries()) {
      await draft.publish(() => demandUnchanged(others, concepts))
      others.delete(done[at]?.edition.system ?? '')
    }
  } catch (error) {
    await Promise.allSettled(drafts.map((draft) => draft.discard()))
    throw error
  }
  const described = done.map(({ edition, concepts: count }) => codeSystemOf(edition, count))
  await putPackage(kind, [...described, ...definitions], packages)
  return done
}

async function demandUnchanged(based: ReadonlyMap<string, string | undefined>, concepts: ConceptStore): Promise<void> {
  for (const [system, key] of based) {
    if ((await concepts.open(system))?.key !== key) throw new Error(`${system} was changed meanwhile: load again.`)
  }
}

async function filled(
  draft: Draft,
  { edition, concepts }: Made,
  progress: (records: number) => void,
): Promise<Published> {
  let batch: Concept[] = []
  let records = 0
  let count = 0
  let last: string | undefined
  for await (const concept of concepts) {
    batch.push(concept)
    records++
    if (concept.code !== last) count++
    last = concept.code
    if (batch.length < BATCH) continue
    await draft.add(batch)
    batch = []
    progress(records)
  }
  if (batch.length > 0) await draft.add(batch)
  progress(records)
  return { edition, concepts: count, records }
}

/** One package a kind: a new one takes the place of those of other versions. */
async function putPackage(kind: string, definitions: readonly Definition[], packages: PackageStore): Promise<void> {
  const name = `${PACKAGE}${kind}`
  const version = definitions[0]?.version || '0'
  const info = {
    name,
    version,
    title: `Codes: ${kind}`,
    fhirVersions: ['4.0.1'],
    dependencies: {},
    loaded: new Date().toISOString(),
    definitions: definitions.length,
  }
  await packages.put(info, definitions.map(packaged))
  for (const other of await packages.packages()) {
    if (other.name === name && other.version !== version) await packages.remove(name, other.version)
  }
}

function packaged(definition: Definition): PackagedDefinition {
  const { resourceType, id, url, version, name } = definition
  return {
    type: resourceType,
    url,
    version,
    id,
    name: typeof name === 'string' ? name : undefined,
    text: Buffer.from(JSON.stringify(definition)),
  }
}
