import { decodeJwt } from 'jose'
import t from 'tap'
import { userNamed } from '../../../auth/smart/users.ts'
import {
  allow,
  authorization,
  Browser,
  CALLBACK,
  FHIR,
  ISSUER,
  openOauth,
  PASSWORD,
  put,
  redeem,
  token,
} from '../../support/oauth.ts'

t.test('a standalone launch', async (t) => {
  const server = await openOauth(t)
  const { store } = server.services
  const maja = { resourceType: 'Patient', id: 'p1', name: [{ family: 'Lindqvist', given: ['Maja'] }] }
  await put(server, maja)
  await put(server, {
    resourceType: 'Patient',
    id: 'p2',
    name: [{ family: '<b>Okafor' }],
    birthDate: '1980-01-02',
  })
  await put(server, {
    resourceType: 'Patient',
    id: 'pat',
    name: [{ family: 'Lindqvist', given: ['Pat'] }],
  })
  await put(server, {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: 'Patient/p1' },
  })

  t.test('signs in, lets a patient be chosen and scopes be dropped, and gives tokens that say so', async (t) => {
    const browser = new Browser(server)
    const { url, verifier } = authorization({
      scope: 'openid fhirUser launch/patient patient/Patient.rs patient/Observation.rs patient/Observation.cud',
      nonce: 'n-1',
    })
    const signIn = await browser.go('GET', url)
    t.match(signIn.text, /Growth Chart/)
    const picker = await browser.submit(signIn, { name: 'Doc ', password: PASSWORD })
    t.match(picker.text, /Choose a patient/)
    t.match(picker.text, /Maja Lindqvist/)
    t.match(picker.text, /&lt;b&gt;Okafor/)
    t.notMatch(picker.text, /<b>Okafor/)
    const searched = await browser.submit(picker, { sought: 'lindq' })
    t.match(searched.text, /Maja Lindqvist/)
    t.notMatch(searched.text, /Okafor/)
    const asking = await browser.submit(searched, { patient: 'p1' })
    t.match(asking.text, /Allow Growth Chart\?/)
    t.match(asking.text, /Dr Ada Okafor/)
    // The record of the client does not have it: nobody is asked.
    t.notMatch(asking.text, /Observation\.cud/)
    const done = await browser.submit(asking, {
      decision: 'allow',
      scope: ['openid', 'fhirUser', 'patient/Patient.rs'],
    })
    const callback = new URL(done.url)
    t.equal(callback.origin + callback.pathname, CALLBACK)
    t.match(Object.fromEntries(callback.searchParams), { state: 'state-1', iss: ISSUER })

    const answer = await redeem(browser, callback, verifier)
    t.equal(answer.status, 200, answer.text)
    t.equal(answer.headers['cache-control'], 'no-store')
    const scope = 'openid fhirUser launch/patient patient/Patient.rs'
    t.match(answer.json, { token_type: 'Bearer', expires_in: 600, patient: 'p1', need_patient_banner: true, scope })
    t.notOk(answer.json.refresh_token)
    const doc = await userNamed(store, 'doc')
    t.match(decodeJwt(answer.json.access_token), {
      iss: ISSUER,
      aud: FHIR,
      sub: doc?.id,
      client_id: 'app',
      scope,
      patient: 'p1',
      fhirUser: `${FHIR}/Practitioner/ada`,
      chartroom_role: 'physician',
      chartroom_organization: 'north',
      chartroom_grant: /./,
      jti: /./,
    })
    t.match(decodeJwt(answer.json.id_token), {
      iss: ISSUER,
      aud: 'app',
      nonce: 'n-1',
      fhirUser: `${FHIR}/Practitioner/ada`,
    })

    const bearer = { authorization: `Bearer ${answer.json.access_token}` }
    t.match(await server.get('Patient/p1', bearer), { status: 200, json: { id: 'p1' } })
    t.equal((await server.get('Patient/p2', bearer)).status, 404, 'another patient')
    t.equal((await server.get('Observation', bearer)).status, 403, 'a scope that was dropped')
    const info = await browser.ask('GET', `${ISSUER}/userinfo`, undefined, {
      authorization: `Bearer ${answer.json.access_token}`,
    })
    t.same(info.json, { sub: doc?.id, fhirUser: `${FHIR}/Practitioner/ada` })

    await browser.ask(
      'POST',
      `${ISSUER}/revoke`,
      new URLSearchParams({ token: answer.json.access_token, client_id: 'app' }),
    )
    await new Promise((resolve) => setTimeout(resolve, 1100))
    t.equal((await server.get('Patient/p1', bearer)).status, 401, 'revoked')
  })

  t.test('asks nobody who he is twice, and has an encounter chosen where the app asks for one', async (t) => {
    const browser = new Browser(server)
    await allow(browser, authorization().url)
    const { url, verifier } = authorization({ scope: 'launch/patient launch/encounter patient/*.rs' })
    const picker = await browser.go('GET', url)
    t.match(picker.text, /Choose a patient/)
    const encounters = await browser.submit(picker, { patient: 'p1' })
    t.match(encounters.text, /Choose an encounter/)
    const asking = await browser.submit(encounters, { encounter: 'e1' })
    const done = await browser.submit(asking, { decision: 'allow', scope: ['patient/*.rs'] })
    const answer = await redeem(browser, new URL(done.url), verifier)
    t.match(answer.json, { patient: 'p1', encounter: 'e1' })
    t.notOk(answer.json.id_token)
  })

  t.test('is for himself where the user is a patient', async (t) => {
    const browser = new Browser(server)
    const signIn = await browser.go('GET', authorization().url)
    const asking = await browser.submit(signIn, { name: 'pat', password: PASSWORD })
    t.match(asking.text, /Allow Growth Chart\?/)
    // A patient cannot put another one into the form.
    const { url, verifier } = authorization()
    const page = await browser.go('GET', url)
    const done = await browser.submit(page, { decision: 'allow', patient: 'p1', scope: ['patient/*.rs'] })
    t.match((await redeem(browser, new URL(done.url), verifier)).json, { patient: 'pat' })
  })

  t.test('refuses a patient who is not there', async (t) => {
    const browser = new Browser(server)
    const signIn = await browser.go('GET', authorization().url)
    const picker = await browser.submit(signIn, { name: 'doc', password: PASSWORD })
    const again = await browser.submit(picker, { patient: 'nobody', decision: 'allow', scope: ['patient/*.rs'] })
    t.match(again.text, /cannot be chosen/)
  })

  t.test('a denial goes back to the app', async (t) => {
    const browser = new Browser(server)
    const signIn = await browser.go('GET', authorization({ scope: 'openid' }).url)
    const asking = await browser.submit(signIn, { name: 'doc', password: PASSWORD })
    const denied = await browser.submit(asking, { decision: 'deny' })
    t.match(denied.url, /^https:\/\/app\.example\.org\/callback\?.*error=access_denied/)
  })

  t.test('an app that may stay gets refresh tokens, each good once', async (t) => {
    const browser = new Browser(server)
    const { url, verifier } = authorization({ scope: 'launch/patient patient/*.rs offline_access' })
    const first = await redeem(browser, await allow(browser, url), verifier)
    t.match(first.json.scope, /offline_access/)
    const refresh = (value: string) =>
      token(browser, { grant_type: 'refresh_token', refresh_token: value, client_id: 'app' })
    const second = await refresh(first.json.refresh_token)
    t.match(second.json, { patient: 'p1', scope: first.json.scope })
    t.not(second.json.refresh_token, first.json.refresh_token)
    t.match((await refresh(first.json.refresh_token)).json, { error: 'invalid_grant' })
    t.match((await refresh(second.json.refresh_token)).json, { error: 'invalid_grant' }, 'the whole family has ended')
    const { chartroom_grant: grant } = decodeJwt(second.json.access_token)
    t.ok(await store.state.get('revoked', `grant:${grant}`), 'and its access tokens')
  })

  t.test('an app that may stay while the user is there loses that when he signs out', async (t) => {
    const browser = new Browser(server)
    const { url, verifier } = authorization({ scope: 'launch/patient patient/*.rs online_access' })
    const first = await redeem(browser, await allow(browser, url), verifier)
    const refresh = (value: string) =>
      token(browser, { grant_type: 'refresh_token', refresh_token: value, client_id: 'app' })
    const second = await refresh(first.json.refresh_token)
    t.equal(second.status, 200, second.text)
    const account = await browser.go('GET', `${ISSUER}/account`)
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(account.text) ?? []
    await browser.go('POST', `${ISSUER}/account/sign-out`, new URLSearchParams({ csrf }))
    t.match((await refresh(second.json.refresh_token)).json, { error: 'invalid_grant' })
  })

  t.test('without the scope there is no refresh token, even if the user drops it', async (t) => {
    const browser = new Browser(server)
    const { url, verifier } = authorization({ scope: 'launch/patient patient/*.rs offline_access' })
    const answer = await redeem(browser, await allow(browser, url, { scopes: ['patient/*.rs'] }), verifier)
    t.equal(answer.status, 200)
    t.notOk(answer.json.refresh_token)
    t.notMatch(answer.json.scope, /offline/)
  })
})
