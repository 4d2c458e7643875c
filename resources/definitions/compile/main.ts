import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CompiledDefinitions } from '../shapes.ts'
import { compileCodes } from './codes.ts'
import { compileCompartments } from './compartments.ts'
import { compileInvariants } from './invariants.ts'
import { packageFolder, readDefinitions } from './package.ts'
import { compileSearchParameters } from './search-parameters.ts'
import { compileTypes } from './types.ts'
import { compileUnits } from './units.ts'

const COMPILED_FILE = join(import.meta.dirname, '..', 'r4.json')

/** Writes `r4.json` beside the loader, unless the one there is fresh. Needs the official R4 package. */
function main(): void {
  const folder = packageFolder()
  if (!folder) {
    process.stderr.write('definitions: the R4 package is not installed; keeping what is there\n')
    return
  }
  const stamp = stampOf(folder)
  if (stampOnDisk() === stamp) return
  const text = JSON.stringify(compile(folder, stamp))
  const partial = `${COMPILED_FILE}.${process.pid}.partial`
  writeFileSync(partial, text)
  renameSync(partial, COMPILED_FILE)
  process.stderr.write(`definitions: compiled, ${Math.round(text.length / 1024)} KiB\n`)
}

function compile(folder: string, stamp: string): CompiledDefinitions {
  const structures = readDefinitions(folder, 'StructureDefinition')
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
  for (const beside of ['shapes.ts', '../units/ucum.ts']) {
    hash.update(readFileSync(join(import.meta.dirname, '..', beside)))
  }
  return hash.update(readFileSync(join(folder, 'package.json'))).digest('hex')
}

function stampOnDisk(): string | undefined {
  try {
    return (JSON.parse(readFileSync(COMPILED_FILE, 'utf8')) as CompiledDefinitions).stamp
  } catch {
    return undefined
  }
}

main()
