import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import type { Test } from 'tap'

/** TEST_CHROMIUM names another one. */
const { TEST_CHROMIUM } = process.env
const PLACES = TEST_CHROMIUM
  ? [TEST_CHROMIUM]
  : ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Chromium, if it is on this machine; it is closed when the test is over. Without it a test says so, and fails under CI. */
export async function openChromium(t: Test): Promise<Browser | undefined> {
  const executablePath = PLACES.find((place) => existsSync(place))
  if (executablePath === undefined) {
    const words = `no Chromium at ${PLACES.join(', ')}`
    if (process.env.CI) t.fail(words)
    else t.comment(`SKIPPED: ${words}`)
    return undefined
  }
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS })
  t.teardown(() => browser.close())
  return browser
}
