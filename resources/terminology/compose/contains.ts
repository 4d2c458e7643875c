import type { ExpandQuestion } from '../answers.ts'
import type { Designation } from '../concept.ts'
import { versionOn } from '../days.ts'
import { nameIn } from '../displays.ts'
import type { Entry } from './reading.ts'

interface Node extends Record<string, unknown> {
  contains?: Node[]
}

/** ValueSet.expansion.contains of entries: as a tree where `nested` and their code system has one. */
export function containsOf(entries: readonly Entry[], question: ExpandQuestion, nested: boolean): Node[] {
  const nodes = entries.map((entry) => ({ entry, node: nodeOf(entry, question) }))
  if (!nested) return nodes.map(({ node }) => node)
  const byCode = new Map(nodes.map(({ entry, node }) => [keyOf(entry, entry.concept.code), node]))
  const placed = new Set<Node>()
  const top: Node[] = []
  for (const { entry, node } of nodes) {
    const above = isTree(entry)
      ? (entry.concept.parents ?? []).map((code) => byCode.get(keyOf(entry, code))).find((one) => one !== undefined)
      : undefined
    // Only below what is placed itself: of codes that are each other's parent, the first stays on top.
    if (above && above !== node && placed.has(above)) addTo(above, node)
    else top.push(node)
    placed.add(node)
  }
  return top
}

/** Codes that are listed stand in the order of the list. */
function isTree({ listed, selection }: Entry): boolean {
  return listed === undefined && selection.stored === undefined
}

function keyOf({ selection }: Entry, code: string): string {
  return `${selection.system}|${selection.version ?? ''}|${code}`
}

function nodeOf({ selection, concept, listed }: Entry, question: ExpandQuestion): Node {
  const { system, version, opened } = selection
  const known = version ?? (opened?.source.edition.periods ? versionOn(opened.source.edition, opened.day) : undefined)
  const display = nameIn(question.displayLanguage, concept, listed)
  const designation = question.includeDesignations
    ? [...(listed?.designation ?? []), ...(concept.designations ?? [])].filter((one) => isWanted(one, question))
    : []
  return {
    system,
    ...(known === undefined ? {} : { version: known }),
    ...(concept.abstract ? { abstract: true } : {}),
    ...(concept.inactive ? { inactive: true } : {}),
    code: concept.code,
    ...(display === undefined ? {} : { display }),
    ...(designation.length > 0 ? { designation } : {}),
  }
}

function isWanted({ language, use }: Designation, { designations = [] }: ExpandQuestion): boolean {
  if (designations.length === 0) return true
  return designations.some((wanted) => {
    const [system, code] = wanted.includes('|') ? wanted.split('|') : [undefined, wanted]
    if (system === undefined || system === 'urn:ietf:bcp:47') return language === code
    return use?.system === system && use?.code === code
  })
}

function addTo(above: Node, node: Node): void {
  if (above.contains) above.contains.push(node)
  else above.contains = [node]
}
