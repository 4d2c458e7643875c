import type { Page } from 'playwright-core'
import t from 'tap'
import { addClient } from '../../../auth/smart/clients.ts'
import { freePort } from '../../../server/port.ts'
import { openChromium } from '../../support/chromium.ts'
import { openOauth, PASSWORD, put } from '../../support/oauth.ts'
import { serveApp } from '../../support/smart-app.ts'

const SCOPE = 'openid fhirUser launch/patient patient/Patient.rs patient/Observation.rs offline_access'

/** A picture of each page goes there, for people to look at. */
const PICTURES = process.env.TEST_PICTURES

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true })
}

async function result(page: Page): Promise<{ state: Record<string, string>; patient: Record<string, unknown> }> {
  await page.waitForFunction('/^(ready|failed)/.test(document.title)', undefined, { timeout: 20_000 })
  t.equal(await page.title(), 'ready')
  const read = async (id: string) => JSON.parse((await page.textContent(`#${id}`)) ?? 'null')
  return { state: await read('state'), patient: await read('patient') }
}

t.test('fhirclient in Chromium', async (t) => {
  const chromium = await openChromium(t)
  if (!chromium) return
  const port = await freePort('127.0.0.1')
  const own = `http://127.0.0.1:${port}`
  const base = `${own}/fhir`
  const app = await serveApp(t, () => ({ clientId: 'smart-js', scope: SCOPE, iss: base }))
  const server = await openOauth(t, { PORT: String(port), CHARTROOM_CORS_ORIGINS: app })
  await server.app.listen({ host: '127.0.0.1', port })
  const { store } = server.services
  const scopes = [...SCOPE.split(' '), 'launch', 'chartroom/launch']
  const facts = { id: 'smart-js', name: 'Growth Chart', kind: 'public', launchUrl: `${app}/launch` } as const
  await addClient(store, { ...facts, redirectUris: [`${app}/app`], scopes })
  await put(server, {
    resourceType: 'Patient',
    id: 'p1',
    name: [{ family: 'Lindqvist', given: ['Maja'] }],
    birthDate: '2015-04-01',
    gender: 'female',
  })
  await put(server, {
    resourceType: 'Patient',
    id: 'p2',
    name: [{ family: 'Okafor', given: ['Ada'] }],
    birthDate: '1980-01-02',
  })

  t.test('a standalone launch, with the pages alone', async (t) => {
    const page = await (await chromium.newContext()).newPage()
    await page.goto(`${app}/standalone`)
    await page.waitForURL(/\/oauth\/interaction\//)
    await picture(page, 'sign-in')
    await page.fill('#name', 'doc')
    await page.fill('#password', 'not the password')
    await page.click('text=Sign in >> nth=-1')
    await page.waitForSelector('[role=alert]')
    await picture(page, 'sign-in-wrong')
    await page.fill('#password', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForSelector('h1:has-text("Choose a patient")')
    await picture(page, 'patients')
    await page.fill('#sought', 'lindq')
    await page.click('text=Search >> nth=-1')
    await page.click('[aria-label="Choose Maja Lindqvist"]')
    await page.waitForSelector('h1:has-text("Allow Growth Chart?")')
    await picture(page, 'consent')
    await page.uncheck('[value="patient/Observation.rs"]')
    await page.click('button:has-text("Allow")')
    const { state, patient } = await result(page)
    t.match(state, { patient: 'p1', need_patient_banner: true, user: 'Practitioner/ada' })
    t.notMatch(state.scope, /Observation/)
    t.match(patient, { resourceType: 'Patient', id: 'p1', name: [{ family: 'Lindqvist' }] })
    // It refreshes by itself, and gets no more than it was allowed.
    const refreshed = await page.evaluate('client.refresh().then((state) => state.tokenResponse)')
    t.match(refreshed, { patient: 'p1', scope: state.scope })
    const refused = await page.evaluate(
      "client.request('Observation?patient=p1').then(() => 'seen', (error) => error.status)",
    )
    t.equal(refused, 403)
    const others = await page.evaluate("client.request('Patient/p2').then(() => 'seen', (error) => error.status)")
    t.equal(others, 404)
    await page.goto(`${own}/oauth/account`)
    await picture(page, 'account')
    t.match(await page.textContent('main'), /Growth Chart/)
    await page.click('text=Take back >> nth=0')
    await page.waitForSelector('[role=status]')
    await picture(page, 'account-done')
  })

  t.test('an EHR launch', async (t) => {
    const page = await (await chromium.newContext({ colorScheme: 'dark' })).newPage()
    // The EHR is the app, too: it signs in and asks for a launch.
    const { token } = await ehr(page)
    const made = await fetch(`${own}/oauth/launch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: 'smart-js', patient: 'p2' }),
    })
    t.equal(made.status, 201)
    const { url } = (await made.json()) as { url: string }
    await page.goto(url)
    await page.waitForSelector('h1:has-text("Allow Growth Chart?")')
    t.match(await page.textContent('main'), /Ada Okafor/)
    await picture(page, 'consent-dark')
    await page.click('button:has-text("Allow")')
    const { state, patient } = await result(page)
    t.match(state, { patient: 'p2', need_patient_banner: false })
    t.match(patient, { id: 'p2' })
    await page.goto(url)
    await page.waitForURL(/error=invalid_request/)
    t.pass('the launch value is used')
  })

  /** Signs in and gives a token that may launch. */
  async function ehr(page: Page): Promise<{ token: string }> {
    const ehrSite = await serveApp(t, () => ({
      clientId: 'ehr',
      scope: 'openid fhirUser launch/patient patient/Patient.rs chartroom/launch',
      iss: base,
    }))
    const redirectUris = [`${ehrSite}/app`]
    await addClient(store, { id: 'ehr', name: 'EHR', kind: 'public', redirectUris, scopes })
    await page.goto(`${ehrSite}/standalone`)
    await page.fill('#name', 'doc')
    await page.fill('#password', PASSWORD)
    await page.keyboard.press('Enter')
    await page.click('[aria-label="Choose Ada Okafor"]')
    await page.click('button:has-text("Allow")')
    await page.waitForSelector('#state:not(:empty)', { state: 'attached' })
    return { token: JSON.parse((await page.textContent('#state')) ?? '{}').access_token }
  }
})
