import { refersTo } from '../chart.ts'
import type { PairRule } from '../rule.ts'

const HOUR = 3_600_000

/** The glass was broken, and the patient had no encounter then, nor has had one since. */
export const breakGlass: PairRule<'break-glass'> = {
  name: 'break-glass',
  regardless: true,
  least: () => ({ sittings: 1, days: 1 }),
  async test({ glass, patient }, { hours }, { chart }) {
    if (glass === undefined) return undefined
    const until = glass + hours * HOUR
    const count = await chart.count('Encounter', {
      kind: 'and',
      parts: [
        refersTo('patient', [{ type: 'Patient', id: patient }]),
        {
          kind: 'range',
          param: 'date',
          tests: [
            {
              unit: '',
              all: [
                ['low', '<', until],
                ['high', '>', glass],
              ],
            },
          ],
        },
      ],
    })
    return count > 0 ? undefined : `had no encounter within ${hours} hours of the broken glass`
  },
}
