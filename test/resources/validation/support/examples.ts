import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../../../resources/definitions/compile/package.ts'
import type { Place } from '../../../../resources/validation/place.ts'
import { bodyPlace, Walk } from '../../../../resources/validation/walk.ts'

/** An example of R4's own package. */
export interface Example {
  file: string
  text: Buffer
  resource: Record<string, unknown>
}

/** The examples and definitions of the package whose names fit, up to a size in bytes. */
export function* examples(pattern: RegExp, mostBytes: number): Generator<Example> {
  const folder = packageFolder()!
  for (const file of readdirSync(folder).sort()) {
    if (!/^[A-Z][A-Za-z]+-.*\.json$/.test(file) || !pattern.test(file)) continue
    const text = readFileSync(join(folder, file))
    if (text.length > mostBytes) continue
    const resource = JSON.parse(text.toString()) as Record<string, unknown>
    if (resource.resourceType !== undefined) yield { file, text, resource }
  }
}

/** Calls for each place of a resource but those of primitives that have nothing beside them. */
export function eachPlace(resource: Record<string, unknown>, see: (place: Place) => void): void {
  const body = bodyPlace(resource)
  const known = { structure: () => null, verdict: () => undefined, target: () => null }
  const run = { body, known, options: { profiles: [], strictExtensions: false, mustSupport: false }, report: () => {} }
  new Walk([{ name: 'each', checkOf: (type) => (/^[a-z]/.test(type) ? undefined : see) }]).go(body, run)
}
