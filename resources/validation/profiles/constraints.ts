import { checkBinding } from '../bindings/check.ts'
import { invariantFor } from '../invariants/invariant.ts'
import type { Place, Run } from '../place.ts'
import { type Checking, isBearable } from './checking.ts'
import type { ElementNode } from './node.ts'
import { by } from './value.ts'

/** Checks the codes and the invariants that a profile asks for. */
export function checkConstraints(place: Place, node: ElementNode, checking: Checking): void {
  const { binding, constraints } = node.rules
  if (!binding && !constraints) return
  const run = runFor(node, checking)
  if (binding && isBound(place, node)) checkBinding(place, binding, run)
  for (const { key, severity, human, expression } of constraints ?? []) {
    if (checking.over() || !isBearable(place, checking)) return
    // A warning cannot tell whether a value follows a profile.
    if (checking.silent && severity !== 'error') continue
    if (invariantFor(expression, place.type)(place, run)) continue
    const known = severity === 'error' ? 'error' : 'warning'
    run.report(place, { severity: known, code: 'invariant', messageId: key, diagnostics: `${human} (${key})` })
  }
}

/** A text is a code where an element can be nothing else: among the types of a choice it is what has no code. */
function isBound(place: Place, node: ElementNode): boolean {
  if (typeof place.value !== 'string' || place.type === 'code') return true
  return TEXTS.has(place.type) && node.types.every(({ code }) => TEXTS.has(code))
}

const TEXTS: ReadonlySet<string> = new Set(['code', 'string', 'uri', 'url', 'canonical'])

/** The same run, with what is found told as this profile's. */
function runFor(node: ElementNode, checking: Checking): Run {
  return {
    ...checking.run,
    report: (place, finding, member) => {
      const diagnostics = `${finding.diagnostics} (${by(node, checking)})`
      checking.report(place, { ...finding, diagnostics }, member)
    },
  }
}
