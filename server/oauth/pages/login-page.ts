import { html } from './html.ts'
import { alert, csrfField, page } from './layout.ts'

interface SignIn {
  root: string
  /** Where the form goes. */
  action: string
  csrf: string
  /** The app that asks for it; absent where the user came by himself. */
  app?: string
  alert?: string
  /** What was typed before; fixed where it has to be this user. */
  name?: string
  fixed?: boolean
}

/** Asks for name and password. */
export function loginPage({ root, action, csrf, app, alert: message, name, fixed }: SignIn): string {
  const isNamed = name !== undefined && name !== ''
  return page(
    root,
    'Sign in',
    html`${app !== undefined && html`<p>to go on to <b>${app}</b></p>`}
${alert(message)}
<form method="post" action="${action}">
${csrfField(csrf)}
<label class="field" for="name">Name</label>
<input type="text" id="name" name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" required ${fixed && html`readonly`} ${isNamed || html`autofocus`}>
<label class="field" for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="current-password" maxlength="1000" required ${isNamed && html`autofocus`}>
<div class="actions"><button>Sign in</button></div>
</form>`,
  )
}

/** Asks for the code of the second factor. `passed` says that the password was given. */
export function codePage({ root, action, csrf, alert: message }: SignIn, passed: string): string {
  return page(
    root,
    'Enter your code',
    html`<p>Open your authenticator app and enter the six digits that it shows for chartroom.</p>
${alert(message)}
<form method="post" action="${action}">
${csrfField(csrf)}
<input type="hidden" name="passed" value="${passed}">
<label class="field" for="code">Code</label>
<input type="text" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" maxlength="7" required autofocus>
<div class="actions"><button>Sign in</button></div>
</form>`,
  )
}
