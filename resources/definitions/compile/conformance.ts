import { closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { trimmed } from '../../conformance/trimmed.ts'
import type { ConformanceEntry, ConformanceIndex } from '../shapes.ts'
import { type Published, publishedDefinitions } from './publication.ts'

/**
 * Writes R4's definitions, each as JSON on a line of its own, and an index that tells where each of them is.
 * Answers how many bytes the lines have.
 */
export function writeConformance(folder: string, linesFile: string, indexFile: string, stamp: string): number {
  const entries: ConformanceEntry[] = []
  const partial = `${linesFile}.${process.pid}.partial`
  const file = openSync(partial, 'w')
  let at = 0
  for (const definition of publishedDefinitions(folder)) {
    const line = Buffer.from(`${JSON.stringify(trimmed(definition))}\n`)
    writeSync(file, line)
    for (const url of urlsOf(definition)) entries.push(entryOf(definition, url, at, line.length - 1))
    at += line.length
  }
  closeSync(file)
  renameSync(partial, linesFile)
  const index: ConformanceIndex = { stamp, size: at, entries }
  writeFileSync(`${indexFile}.${process.pid}.partial`, JSON.stringify(index))
  renameSync(`${indexFile}.${process.pid}.partial`, indexFile)
  return at
}

function entryOf(definition: Published, url: string, offset: number, length: number): ConformanceEntry {
  const entry: ConformanceEntry = [definition.resourceType, url, offset, length]
  if (typeof definition.version === 'string') entry.push(definition.version)
  return entry
}

/** What a definition is found by: its url; of a NamingSystem, which has none in R4, each of its identifiers as a URI. */
function urlsOf(definition: Published): string[] {
  if (typeof definition.url === 'string') return [definition.url]
  const identifiers = (definition.uniqueId ?? []) as { type: string; value: string }[]
  return [...new Set(identifiers.map(({ type, value }) => uriOf(type, value)))]
}

function uriOf(type: string, value: string): string {
  return (type === 'oid' || type === 'uuid') && !value.startsWith('urn:') ? `urn:${type}:${value}` : value
}
