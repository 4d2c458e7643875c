import { type Html, html } from './html.ts'
import { alert, csrfField, page } from './layout.ts'

/** What a user sees of his account. Times are ms since 1970. */
export interface AccountFacts {
  root: string
  csrf: string
  user: string
  hasCode: boolean
  apps: readonly { id: string; name: string; scopes: readonly string[]; given: number; patient?: string | undefined }[]
  sessions: readonly { id: string; begun?: number; current: boolean }[]
  /** What became of the last form. */
  done?: string | undefined
  alert?: string | undefined
}

/** Shows where a user is signed in and what he has allowed, and lets him take it back. */
export function accountPage(facts: AccountFacts): string {
  const { root, csrf, user, hasCode, apps, sessions } = facts
  return page(
    root,
    'Your account',
    html`<p>Signed in as <b>${user}</b>.</p>
${facts.done !== undefined && html`<p class="done" role="status">${facts.done}</p>`}
${alert(facts.alert)}
<form method="post" action="${root}/account/sign-out">${csrfField(csrf)}<button class="quiet">Sign out</button></form>
<h2>Apps that you have let in</h2>
${apps.length === 0 ? html`<p class="note">None.</p>` : html`<ul class="rows">${apps.map((app) => appRow(facts, app))}</ul>`}
<h2>Where you are signed in</h2>
<ul class="rows">${sessions.map((session) => sessionRow(facts, session))}</ul>
<h2>Password</h2>
${passwordForm(root, csrf)}
<h2>Second factor</h2>
${codeForm(root, csrf, hasCode)}`,
  )
}

function appRow(
  { root, csrf }: AccountFacts,
  { id, name, scopes, given, patient }: AccountFacts['apps'][number],
): Html {
  const facts = html`${patient && html`for one patient, `}since ${time(given)}<br><code>${scopes.join(' ')}</code>`
  return html`<li><span><b>${name}</b><br><span class="note">${facts}</span></span>
<form method="post" action="${root}/account/revoke">${csrfField(csrf)}<button class="quiet small" name="grant" value="${id}" aria-label="Take back what ${name} was allowed">Take back</button></form></li>`
}

function sessionRow({ root, csrf }: AccountFacts, { id, begun, current }: AccountFacts['sessions'][number]): Html {
  const since = begun === undefined ? html`` : html`since ${time(begun)}`
  if (current) return html`<li><span><b>Here</b> <span class="note">${since}</span></span></li>`
  return html`<li><span>Elsewhere <span class="note">${since}</span></span>
<form method="post" action="${root}/account/end">${csrfField(csrf)}<button class="quiet small" name="session" value="${id}" aria-label="End the session ${begun === undefined ? 'elsewhere' : `of ${new Date(begun).toISOString().slice(0, 16).replace('T', ' ')}`}">End</button></form></li>`
}

function passwordForm(root: string, csrf: string): Html {
  return html`<form method="post" action="${root}/account/password">
${csrfField(csrf)}
<label class="field" for="old">Present password</label>
<input type="password" id="old" name="old" autocomplete="current-password" maxlength="1000" required>
<label class="field" for="new">New password</label>
<input type="password" id="new" name="new" autocomplete="new-password" maxlength="1000" aria-describedby="rule" required>
<p class="note" id="rule">At least 12 characters. You will be signed out everywhere.</p>
<div class="actions"><button>Change the password</button></div>
</form>`
}

function codeForm(root: string, csrf: string, hasCode: boolean): Html {
  const words = hasCode
    ? html`<p>Codes of your authenticator app are asked for when you sign in.</p>`
    : html`<p>Have codes of an authenticator app asked for besides your password.</p>`
  return html`${words}
<form method="post" action="${root}/account/code">
${csrfField(csrf)}
<label class="field" for="confirm">Present password</label>
<input type="password" id="confirm" name="password" autocomplete="current-password" maxlength="1000" required>
<div class="actions"><button name="wanted" value="${hasCode ? 'off' : 'on'}" class="quiet">${hasCode ? 'Ask for no codes any more' : 'Set it up'}</button></div>
</form>`
}

function time(at: number): Html {
  const text = new Date(at).toISOString()
  return html`<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')} UTC</time>`
}

/** Shows the secret for an authenticator app, and asks for the first code. `sealed` carries the secret to the next form. */
export function secretPage(
  { root, csrf, alert: message }: Pick<AccountFacts, 'root' | 'csrf' | 'alert'>,
  { secret, url, sealed }: { secret: string; url: string; sealed: string },
): string {
  return page(
    root,
    'Set up codes',
    html`<p>Add this key to your authenticator app, <a href="${url}">by this link</a> if the app is on this device, then enter the code that it shows.</p>
<p><code class="secret">${secret.replace(/(.{4})(?=.)/g, '$1 ')}</code></p>
${alert(message)}
<form method="post" action="${root}/account/code">
${csrfField(csrf)}
<input type="hidden" name="sealed" value="${sealed}">
<label class="field" for="code">Code</label>
<input type="text" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" maxlength="7" required autofocus>
<div class="actions"><button>Confirm</button></div>
</form>`,
  )
}
