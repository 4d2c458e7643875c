import { beginningOf } from '../../beginning.ts'
import { invariantFor } from '../invariants/invariant.ts'
import type { Check, Finding, Layer, Place, Run } from '../place.ts'
import { checkAgainst } from '../profiles/check.ts'
import type { StructureDefinitionLike } from '../question.ts'
import { isAllowedAt } from './contexts.ts'
import { extensionDefinition, hasInner } from './definition.ts'
import { findingOfUnknown } from './unknown.ts'

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/

const SHOWN = 120

const checkExtension: Check = (place, run) => {
  const url = urlOf(place)
  if (url === undefined) return
  if (!ABSOLUTE.test(url)) checkInner(place, url, run)
  else if (url.includes('|'))
    run.report(
      place,
      fault('extension-url-version', `The url of an extension has no version: ${beginningOf(url, SHOWN)}`),
      'url',
    )
  else checkKnown(place, url, run)
}

/** An extension within another, which its definition has to have; without one around it the url is absolute. */
function checkInner(place: Place, url: string, run: Run): void {
  const urls = [url]
  let around = place.parent
  for (; around?.type === 'Extension'; around = around.parent) {
    const outer = urlOf(around)
    if (outer === undefined) return
    if (ABSOLUTE.test(outer)) {
      const structure = run.known.structure(outer)
      if (structure && hasInner(extensionDefinition(structure), urls) === false)
        run.report(place, fault('extension-inner', `${outer} has no ${beginningOf(url, SHOWN)} within it`), 'url')
      return
    }
    urls.unshift(outer)
  }
  run.report(
    place,
    fault('extension-url-absolute', `The url of an extension is absolute: ${beginningOf(url, SHOWN)}`),
    'url',
  )
}

function checkKnown(place: Place, url: string, run: Run): void {
  const structure = run.known.structure(url)
  if (structure === undefined) return
  if (structure === null) {
    run.report(place, findingOfUnknown(url, place.name === 'modifierExtension', run.options.strictExtensions), 'url')
    return
  }
  if (structure.type !== 'Extension') {
    run.report(place, fault('extension-other-type', `This defines ${structure.type}, and no extension: ${url}`), 'url')
    return
  }
  const { isModifier, isRetired } = extensionDefinition(structure)
  if (isModifier !== (place.name === 'modifierExtension')) {
    const is = isModifier ? 'is a modifier extension' : 'is no modifier extension'
    run.report(place, fault('extension-modifier', `${url} ${is}`))
  }
  if (isRetired) {
    const diagnostics = `${url} is retired, and no longer to be used`
    run.report(place, { severity: 'warning', code: 'business-rule', messageId: 'extension-retired', diagnostics })
  }
  checkContext(place, structure, run)
  checkAgainst(place, structure, run)
}

function checkContext(place: Place, structure: StructureDefinitionLike, run: Run): void {
  const { url, context = [], contextInvariant = [] } = structure
  if (!isAllowedAt(place, structure)) {
    const allowed = beginningOf(context.map(({ expression }) => expression).join(', '), SHOWN)
    run.report(place, fault('extension-context', `${url} is not for ${place.parent?.type}, but for ${allowed}`))
    return
  }
  const { parent } = place
  if (!parent) return
  for (const expression of contextInvariant) {
    // `%extension` is the extension itself (R4 StructureDefinition.contextInvariant).
    const told = expression.replaceAll('%extension', `extension.where(url = '${url.replace(/[\\']/g, '\\$&')}')`)
    if (!invariantFor(told, parent.type)(parent, run))
      run.report(
        place,
        fault('extension-context-invariant', `${url} is not for this: ${beginningOf(expression, SHOWN)}`),
      )
  }
}

function urlOf(place: Place): string | undefined {
  const { url } = place.value as { url?: unknown }
  return typeof url === 'string' ? url : undefined
}

function fault(messageId: string, diagnostics: string): Finding {
  return { severity: 'error', code: 'extension', messageId, diagnostics }
}

/** Each extension against its definition: where it may be, what it may be, what is in it (R4 extensibility.html). */
export const extensions: Layer = {
  name: 'extensions',
  checkOf: (type) => (type === 'Extension' ? checkExtension : undefined),
}
