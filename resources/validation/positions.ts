import type { Issue } from '../fhir-error.ts'
import { elementOffsets } from '../json/element-offsets.ts'
import { positionsOf } from '../json/position.ts'

/**
 * Issues in the order of the text, with the line and column of what they are about: by their first expression, which begins with the resource's own type. `text` is
 * that of the whole body, valid JSON; `path` leads to the resource in it (`Parameters.parameter[0].resource`) where it is not the body.
 */
export function withPositions(issues: readonly Issue[], text: Buffer, path?: string): Issue[] {
  const expressions = issues.map(({ expression }) => {
    const own = expression?.[0] ?? ''
    return path === undefined ? own : `${path}${own.replace(/^\w*/, '')}`
  })
  const offsets = elementOffsets(text, expressions)
  const positions = positionsOf(text, offsets)
  const placed = issues.map((issue, at) => ({ issue: { ...issue, ...positions[at] }, offset: offsets[at]! }))
  return placed.sort((one, other) => one.offset - other.offset).map(({ issue }) => issue)
}
