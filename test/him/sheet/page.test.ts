import t from 'tap'
import { htmlOf } from '../../../him/sheet/html.ts'
import type { Sheet } from '../../../him/sheet/sheet.ts'
import { openChromium } from '../../support/chromium.ts'

t.setTimeout(60_000)

/** As many columns as an access report has, and a long list in one of them. */
const NAMES = [
  'When',
  'Who',
  'User',
  'Role',
  'Department',
  'Action',
  'What',
  'Query',
  'Resources',
  'Client',
  'Outcome',
  'Why',
]
const LONG = Array.from({ length: 60 }, (_, at) => `Observation/demo-observation-01-${at}/_history/1`).join(' ')

const sheet: Sheet<Record<string, string>> = {
  title: 'Accesses',
  facts: [],
  columns: NAMES.map((name) => ({ name, title: name, text: (row) => row[name] ?? '' })),
  rowName: 'row',
  parts: () => [],
  rows: (async function* () {
    yield {
      When: '2026-11-29T02:00:51.712Z',
      Department: 'Health Information Management Department',
      What: LONG,
      Why: 'x',
    }
  })(),
  ends: () => [],
}

t.test(
  'a long list in one column leaves the others their width; the page itself is no wider than the window',
  async (t) => {
    const browser = await openChromium(t)
    if (!browser) return
    let html = ''
    for await (const piece of htmlOf(sheet)) html += piece
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } })
    await page.setContent(html)
    const lines = () =>
      page.locator('.wide th').evaluateAll((heads) => heads.map((head) => head.getBoundingClientRect().height))
    const [one] = await lines()
    t.ok(one! < 48, `a line of a head is ${one} px`)
    t.ok(
      (await lines()).every((height) => height === one),
      'no head is broken within a word',
    )
    t.ok(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'))
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize({ width: 1046, height: 700 })
    t.ok(
      await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'),
      'nor than paper, in landscape',
    )
  },
)
