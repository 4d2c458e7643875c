import { beginningOf } from '../../beginning.ts'
import type { Place, Run } from '../place.ts'
import { unfit } from './finding.ts'

interface Item {
  linkId?: string
  enableWhen?: readonly { question?: string }[]
  item?: readonly Item[]
}

interface Placed {
  item: Item
  /** Where it stands: `item[0].item[1]`. */
  path: string
}

/**
 * Questionnaire: what an item is enabled by is a question of the same questionnaire, and none that is enabled with it: not itself, nor one
 * within it (R4 questionnaire.html, item.enableWhen).
 */
export function checkQuestionnaire(place: Place, run: Run): void {
  const items = itemsOf(place.value as Item)
  const paths = new Map<string, string>()
  for (const { item, path } of items) if (item.linkId !== undefined) paths.set(item.linkId, path)
  for (const { item, path } of items) {
    for (const [at, { question }] of (item.enableWhen ?? []).entries()) {
      if (question === undefined) continue
      const asked = paths.get(question)
      if (asked !== undefined && asked !== path && !asked.startsWith(`${path}.`)) continue
      const why = asked === undefined ? 'There is no question' : 'An item is not enabled by itself, or what is in it:'
      const finding = unfit('questionnaire-enable-when', `${why} ${beginningOf(question)}`)
      run.report(place, finding, `${path}.enableWhen[${at}].question`)
    }
  }
}

function itemsOf(questionnaire: Item): Placed[] {
  const found: Placed[] = []
  const open: Placed[] = [{ item: questionnaire, path: '' }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { item, path } = next
    if (path !== '') found.push(next)
    for (const [at, inner] of (item.item ?? []).entries())
      open.push({ item: inner, path: `${path === '' ? '' : `${path}.`}item[${at}]` })
  }
  return found
}
