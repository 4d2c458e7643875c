import type { Place, Run } from '../place.ts'
import { unfit } from './finding.ts'

interface Concept {
  concept?: readonly Concept[]
}

/** CodeSystem: what it says of its content fits what is there (R4 codesystem.html). */
export function checkCodeSystem(place: Place, run: Run): void {
  const { content, supplements, count, concept } = place.value as {
    content?: string
    supplements?: string
    count?: number
    concept?: readonly Concept[]
  }
  if (supplements !== undefined && content !== 'supplement')
    run.report(
      place,
      unfit('codesystem-supplement', 'What supplements a code system has the content supplement.'),
      'content',
    )
  if (content === 'supplement' && supplements === undefined)
    run.report(place, unfit('codesystem-supplement', 'A supplement says what it supplements.'), 'content')
  if (content === 'not-present' && concept !== undefined)
    run.report(place, unfit('codesystem-content', 'No content is present, it says, and there are concepts.'), 'concept')
  if (content !== 'complete' || count === undefined || concept === undefined) return
  const found = countOf(concept)
  if (found !== count)
    run.report(
      place,
      unfit('codesystem-count', `It says that there are ${count} concepts, and has all ${found}.`),
      'count',
    )
}

function countOf(concepts: readonly Concept[]): number {
  let count = 0
  const open = [...concepts]
  for (let next = open.pop(); next; next = open.pop()) {
    count++
    for (const inner of next.concept ?? []) open.push(inner)
  }
  return count
}
