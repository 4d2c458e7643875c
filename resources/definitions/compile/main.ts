import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StructureDefinition } from '@medplum/fhirtypes'
import type { CompiledDefinitions } from '../shapes.ts'
import { compileCodes } from './codes.ts'
import { compileCompartments } from './compartments.ts'
import { writeConformance } from './conformance.ts'
import { compileInvariants } from './invariants.ts'
import { packageFolder, readDefinitions } from './package.ts'
import { compileRules } from './rules.ts'
import { compileSearchParameters } from './search-parameters.ts'
import { compileTypes } from './types.ts'
import { compileUnits } from './units.ts'

const FOLDER = join(import.meta.dirname, '..')
const COMPILED_FILE = join(FOLDER, 'r4.json')
const RULES_FILE = join(FOLDER, 'r4-rules.json')
const LINES_FILE = join(FOLDER, 'r4-conformance.ndjson')
const INDEX_FILE = join(FOLDER, 'r4-conformance.json')

/** Writes `r4.json` and its fellows beside the loader, unless those there are fresh. Needs the official R4 package. */
function main(): void {
  const folder = packageFolder()
  if (!folder) {
    process.stderr.write('definitions: the R4 package is not installed; keeping what is there\n')
    return
  }
  const stamp = stampOf(folder)
  if (stampOnDisk() === stamp) return
  const structures = readDefinitions(folder, 'StructureDefinition')
  const lines = writeConformance(folder, LINES_FILE, INDEX_FILE, stamp)
  const rules = write(RULES_FILE, compileRules(structures))
  // The last, since it tells whether all are fresh.
  const tables = write(COMPILED_FILE, compile(folder, stamp, structures))
  process.stderr.write(`definitions: compiled, ${[tables, rules, lines].map(kibibytes).join(' + ')}\n`)
}

/** Puts a file in its place as a whole; answers its length. */
function write(file: string, content: unknown): number {
  const text = JSON.stringify(content)
  const partial = `${file}.${process.pid}.partial`
  writeFileSync(partial, text)
  renameSync(partial, file)
  return text.length
}

function kibibytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`
}

function compile(folder: string, stamp: string, structures: StructureDefinition[]): CompiledDefinitions {
  const types = compileTypes(structures)
  const wanted = new Set<string>()
  for (const table of Object.values(types)) {
    for (const element of Object.values(table.elements)) if (element.binding) wanted.add(element.binding)
  }
  const valueSets = readDefinitions(folder, 'ValueSet')
  return {
    stamp,
    fhirVersion: '4.0.1',
    types,
    codes: compileCodes(wanted, valueSets, readDefinitions(folder, 'CodeSystem')),
    invariants: compileInvariants(structures),
    searchParameters: compileSearchParameters(readDefinitions(folder, 'SearchParameter')),
    units: compileUnits(valueSets),
    compartments: compileCompartments(readDefinitions(folder, 'CompartmentDefinition')),
  }
}

function stampOf(folder: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(import.meta.dirname).sort()) hash.update(readFileSync(join(import.meta.dirname, name)))
  for (const beside of ['shapes.ts', '../units/ucum.ts', '../conformance/trimmed.ts']) {
    hash.update(readFileSync(join(import.meta.dirname, '..', beside)))
  }
  return hash.update(readFileSync(join(folder, 'package.json'))).digest('hex')
}

function stampOnDisk(): string | undefined {
  if (![RULES_FILE, LINES_FILE, INDEX_FILE].every((file) => existsSync(file))) return undefined
  try {
    return (JSON.parse(readFileSync(COMPILED_FILE, 'utf8')) as CompiledDefinitions).stamp
  } catch {
    return undefined
  }
}

main()
