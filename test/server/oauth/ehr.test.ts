import t from 'tap'
import {
  type Answer,
  allow,
  authorization,
  Browser,
  FHIR,
  ISSUER,
  openOauth,
  PASSWORD,
  put,
  redeem,
} from '../../support/oauth.ts'
import type { TestServer } from '../../support/server.ts'

async function ehrToken(browser: Browser, scope = 'openid chartroom/launch'): Promise<string> {
  const { url, verifier } = authorization({ scope })
  return (await redeem(browser, await allow(browser, url), verifier)).json.access_token
}

async function launch(server: TestServer, token: string | undefined, body: object | string): Promise<Answer> {
  const response = await server.app.inject({
    method: 'POST',
    url: '/oauth/launch',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return {
    status: response.statusCode,
    headers: response.headers as Answer['headers'],
    text: response.body,
    json: response.json(),
  }
}

t.test('an EHR launch', async (t) => {
  const server = await openOauth(t)
  for (const id of ['p1', 'p2']) await put(server, { resourceType: 'Patient', id, name: [{ family: id }] })
  const subject = { reference: 'Patient/p1' }
  await put(server, {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'in-progress',
    class: { code: 'AMB' },
    subject,
  })
  const browser = new Browser(server)
  const token = await ehrToken(browser)

  t.test('gives the app the patient and encounter that are open, and asks the user for neither', async (t) => {
    const made = await launch(server, token, { client_id: 'app', patient: 'p1', encounter: 'e1', intent: 'review' })
    t.equal(made.status, 201, made.text)
    const start = new URL(made.json.url)
    t.equal(start.origin + start.pathname, 'https://app.example.org/launch')
    t.match(Object.fromEntries(start.searchParams), { iss: FHIR, launch: made.json.launch })
    const { url, verifier } = authorization({ scope: 'launch openid fhirUser patient/*.rs', launch: made.json.launch })
    const asking = await browser.go('GET', url)
    t.match(asking.text, /Allow Growth Chart\?/)
    const done = await browser.submit(asking, { decision: 'allow', patient: 'p2', scope: ['openid', 'patient/*.rs'] })
    const answer = await redeem(browser, new URL(done.url), verifier)
    t.match(answer.json, {
      patient: 'p1',
      encounter: 'e1',
      intent: 'review',
      need_patient_banner: false,
      scope: 'launch openid patient/*.rs',
    })
  })

  t.test('a launch value is good once, for one app and one user', async (t) => {
    const { launch: value } = (await launch(server, token, { client_id: 'app', patient: 'p1' })).json
    const other = authorization({ client_id: 'other', scope: 'launch patient/*.rs', launch: value })
    t.match((await browser.ask('GET', other.url)).headers.location, /error=invalid_request.*launch/, 'another app')
    const stranger = new Browser(server)
    const mine = authorization({ scope: 'launch patient/*.rs', launch: value })
    const refused = await stranger.submit(await stranger.go('GET', mine.url), { name: 'pat', password: PASSWORD })
    t.match(refused.url, /error=invalid_request/, 'another user')

    const [first, second] = [await browser.go('GET', mine.url), await new Browser(server).go('GET', mine.url)]
    t.match(first.text, /Allow/)
    t.match(second.text, /Sign in/)
    const done = await browser.submit(first, { decision: 'allow', scope: ['patient/*.rs'] })
    t.ok(new URL(done.url).searchParams.get('code'))
    t.match((await browser.ask('GET', mine.url)).headers.location, /error=invalid_request/, 'again')
  })

  t.test('of two pages that were open with one launch value, one is allowed', async (t) => {
    const { launch: value } = (await launch(server, token, { client_id: 'app', patient: 'p1' })).json
    const browsers = [new Browser(server), new Browser(server)]
    for (const one of browsers) await allow(one, authorization({ scope: 'patient/*.rs' }).url)
    const ends = await Promise.all(
      browsers.map((one) => allow(one, authorization({ scope: 'launch patient/*.rs', launch: value }).url)),
    )
    t.equal(ends.filter((end) => end.searchParams.has('code')).length, 1)
    t.match(ends.map((end) => end.searchParams.get('error')).sort(), ['invalid_request', null])
  })

  t.test('who may make one', async (t) => {
    const body = { client_id: 'app', patient: 'p1' }
    t.equal((await launch(server, undefined, body)).status, 401)
    t.equal((await launch(server, `${token.slice(0, -4)}AAAA`, body)).status, 401)
    const plain = await ehrToken(browser, 'openid launch/patient patient/*.rs')
    const refused = await launch(server, plain, body)
    t.equal(refused.status, 403)
    t.match(refused.json, { error: 'insufficient_scope' })
    const wrong = [
      { ...body, client_id: 'nobody' },
      { ...body, client_id: 'other' },
      { ...body, patient: 'absent' },
      { ...body, patient: 'p2', encounter: 'e1' },
      { ...body, encounter: 7 },
      '{',
      '[]',
    ]
    for (const one of wrong)
      t.match(
        await launch(server, token, one),
        { status: 400, json: { error: 'invalid_request' } },
        JSON.stringify(one),
      )
  })

  t.test('the launch endpoint forgets what was revoked', async (t) => {
    const mine = await ehrToken(browser)
    await browser.ask('POST', `${ISSUER}/revoke`, new URLSearchParams({ token: mine, client_id: 'app' }))
    t.equal((await launch(server, mine, { client_id: 'app', patient: 'p1' })).status, 401)
  })
})
