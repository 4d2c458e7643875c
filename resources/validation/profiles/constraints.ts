import { invariantFor } from '../invariants/invariant.ts'
import type { Place } from '../place.ts'
import type { Checking } from './checking.ts'
import type { ElementNode } from './node.ts'
import { by } from './value.ts'

/** Checks the invariants that a profile adds. */
export function checkConstraints(place: Place, node: ElementNode, checking: Checking): void {
  const { constraints } = node.rules
  if (!constraints) return
  for (const { key, severity, human, expression } of constraints) {
    if (checking.over()) return
    // A warning cannot tell whether a value follows a profile.
    if (checking.silent && severity !== 'error') continue
    if (invariantFor(expression, place.type)(place, checking.run)) continue
    checking.report(place, {
      severity: severity === 'error' ? 'error' : 'warning',
      code: 'invariant',
      messageId: key,
      diagnostics: `${human} (${key}), ${by(node, checking)}`,
    })
  }
}
