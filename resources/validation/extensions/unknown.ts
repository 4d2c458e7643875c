import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beginningOf } from '../../beginning.ts'
import type { Finding } from '../place.ts'

const HL7 = 'http://hl7.org/fhir/StructureDefinition/'

/** Names of extensions that HL7 defined after R4, in its package hl7.fhir.uv.extensions.r4 (5.2.0, CC0). */
let laterNames: ReadonlySet<string> | undefined

/**
 * What is said of an extension that nobody knows here: most have their definition elsewhere. Of those under HL7's own base url
 * it is known which there are, and another one is a mistake.
 */
export function findingOfUnknown(url: string, isModifier: boolean, strict: boolean): Finding {
  const shown = beginningOf(url, 120)
  if (isNone(url)) {
    const diagnostics = `HL7 defines no such extension: ${shown}`
    return { severity: 'error', code: 'not-found', messageId: 'extension-no-such', diagnostics }
  }
  const begun = strict ? 'Unknown extensions are refused here' : 'Not checked'
  const diagnostics = isModifier
    ? `${begun}: what this modifier extension changes is not known here: ${shown}`
    : `${begun}: this extension is not known here: ${shown}`
  return { severity: strict ? 'error' : 'warning', code: 'not-found', messageId: 'extension-unknown', diagnostics }
}

function isNone(url: string): boolean {
  if (!url.startsWith(HL7)) return false
  laterNames ??= new Set(JSON.parse(readFileSync(join(import.meta.dirname, 'later-names.json'), 'utf8')) as string[])
  return !laterNames.has(url.slice(HL7.length))
}
