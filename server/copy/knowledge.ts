import { createHash, type Hash } from 'node:crypto'
import type { PackageInfo } from '../../resources/store/packages.ts'
import type { Concept } from '../../resources/terminology/concept.ts'
import type { Edition } from '../../resources/terminology/concept-source.ts'
import type { Knowledge } from '../knowledge.ts'

/** Concepts that are handed on at once. */
const LOT = 2_000

/** What is known besides resources. */
type Known = Pick<Knowledge, 'packages' | 'concepts'>

/** A package or an edition of a code system, in such a way that two stores that have the same give the same. */
export interface KnowledgeDigest {
  /** Definitions, or records of concepts. */
  items: number
  sha256: string
}

/** By their names, as people are told of them. */
export type KnowledgeDigests = ReadonlyMap<string, KnowledgeDigest>

/** Whether a store has neither packages nor code systems. */
export async function knowsNothing({ packages, concepts }: Known): Promise<boolean> {
  return (await packages.packages()).length === 0 && (await concepts.editions()).length === 0
}

/**
 * Carries packages and code systems, one after the other. Each becomes visible as a whole, so that what was carried before a break is
 * known by its digest and not carried again.
 */
export async function carryKnowledge(from: Known, to: Known): Promise<void> {
  for (const info of await from.packages.packages()) {
    const here = await packageIn(to, info)
    if (here && (await digestOfPackage(from, info)).sha256 === here.sha256) continue
    await to.packages.put(info, from.packages.definitions(info.name, info.version))
  }
  for (const edition of await from.concepts.editions()) {
    const here = await editionIn(to, edition)
    if (here && (await digestOfEdition(from, edition)).sha256 === here.sha256) continue
    await carryEdition(from, to, edition)
  }
}

/** What is known, by name. */
export async function digestOfKnowledge(known: Known): Promise<KnowledgeDigests> {
  const digests = new Map<string, KnowledgeDigest>()
  for (const info of await known.packages.packages()) digests.set(packageName(info), await digestOfPackage(known, info))
  for (const edition of await known.concepts.editions()) {
    digests.set(editionName(edition), await digestOfEdition(known, edition))
  }
  return digests
}

/** In what two stores differ, a line for each. */
export function knowledgeDifferences(from: KnowledgeDigests, to: KnowledgeDigests): string[] {
  const names = new Set([...from.keys(), ...to.keys()])
  return [...names].flatMap((name) => {
    const [one, other] = [from.get(name), to.get(name)].map((digest) =>
      digest ? `${digest.items} items, ${digest.sha256.slice(0, 16)}` : 'none',
    )
    return one === other ? [] : [`${name}: ${one} there, ${other} here`]
  })
}

async function packageIn(known: Known, info: PackageInfo): Promise<KnowledgeDigest | undefined> {
  const held = (await known.packages.packages()).find((one) => packageName(one) === packageName(info))
  return held && digestOfPackage(known, held)
}

async function editionIn(known: Known, edition: Edition): Promise<KnowledgeDigest | undefined> {
  const held = (await known.concepts.editions()).find((one) => editionName(one) === editionName(edition))
  return held && digestOfEdition(known, held)
}

async function carryEdition(from: Known, to: Known, edition: Edition): Promise<void> {
  const draft = await to.concepts.draft(edition)
  try {
    let lot: Concept[] = []
    for await (const concept of conceptsOf(from, edition)) {
      lot.push(concept)
      if (lot.length < LOT) continue
      await draft.add(lot)
      lot = []
    }
    await draft.add(lot)
    await draft.publish()
  } catch (error) {
    await draft.discard().catch(() => undefined)
    throw error
  }
}

async function* conceptsOf({ concepts }: Known, edition: Edition): AsyncGenerator<Concept> {
  const source = await concepts.of(edition)
  if (!source) throw new Error(`the ${editionName(edition)} has gone meanwhile`)
  yield* source.all()
}

async function digestOfPackage(
  { packages }: Known,
  { definitions: _, ...info }: PackageInfo,
): Promise<KnowledgeDigest> {
  return digestOf(info, packages.definitions(info.name, info.version), (hash, { text, ...head }) => {
    hash
      .update(`${sorted(head)} `)
      .update(text)
      .update('\n')
  })
}

async function digestOfEdition(known: Known, edition: Edition): Promise<KnowledgeDigest> {
  return digestOf(edition, conceptsOf(known, edition), (hash, concept) => {
    hash.update(`${sorted(concept)}\n`)
  })
}

async function digestOf<Item>(head: object, items: AsyncIterable<Item>, add: (hash: Hash, item: Item) => void) {
  const hash = createHash('sha256').update(`${sorted(head)}\n`)
  let count = 0
  for await (const item of items) {
    add(hash, item)
    count++
  }
  return { items: count, sha256: hash.digest('hex') }
}

/** JSON with the members of an object in an order that does not follow from how a store keeps it. */
function sorted(value: object): string {
  return JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  )
}

function packageName({ name, version }: Pick<PackageInfo, 'name' | 'version'>): string {
  return `package ${name}#${version}`
}

function editionName({ system, version }: Pick<Edition, 'system' | 'version'>): string {
  return `code system ${system}${version === undefined ? '' : `|${version}`}`
}
