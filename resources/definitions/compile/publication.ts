import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bundle } from '@medplum/fhirtypes'
import { readDefinitions } from './package.ts'

/** A resource of the package, as it is read. */
export type Published = Readonly<Record<string, unknown>> & { readonly resourceType: string }

/** The definitions that R4's publication offers to download as Bundles; the package has them beside its single files. */
const BUNDLES = [
  'types',
  'resources',
  'extensions',
  'profiles-others',
  'valuesets',
  'v2-valuesets',
  'v3-valuesets',
  'externals',
  'conceptmaps',
  'registry',
  'terminologies',
]

const KEPT: ReadonlySet<string> = new Set([
  'StructureDefinition',
  'ValueSet',
  'CodeSystem',
  'ConceptMap',
  'NamingSystem',
  'OperationDefinition',
])

/**
 * The definitions that are R4's own: those of its published Bundles, and what these lack: its logical models and
 * the maps of status codes. Examples that lie beside them in the package (profiles, an operation) are left out.
 */
export function* publishedDefinitions(folder: string): Iterable<Published> {
  const bundled = new Set<unknown>()
  for (const name of BUNDLES) {
    const bundle = JSON.parse(readFileSync(join(folder, `Bundle-${name}.json`), 'utf8')) as Bundle
    for (const { resource } of bundle.entry ?? []) {
      if (!resource || !KEPT.has(resource.resourceType)) continue
      if ('url' in resource) bundled.add(resource.url)
      yield resource as unknown as Published
    }
  }
  for (const definition of readDefinitions(folder, 'StructureDefinition')) {
    if (definition.kind === 'logical' && !bundled.has(definition.url)) yield definition as unknown as Published
  }
  for (const map of readDefinitions(folder, 'ConceptMap')) {
    if (map.id?.startsWith('sc-')) yield map as unknown as Published
  }
}
