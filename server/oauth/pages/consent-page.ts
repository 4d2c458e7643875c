import type { ScopeWords } from '../../../auth/smart/scope-words.ts'
import type { PatientChoice } from '../choices.ts'
import { type Html, html } from './html.ts'
import { csrfField, page } from './layout.ts'
import { person } from './patient-page.ts'

interface Consent {
  root: string
  action: string
  csrf: string
  app: string
  /** The host that the user is sent to, for him to know. */
  target: string
  user: string
  scopes: readonly ScopeWords[]
  patient?: PatientChoice | undefined
  encounter?: string | undefined
  /** Whether patient and encounter were chosen here, and have to come back with the form. */
  chosen: boolean
}

/** Asks the user what of all that an app asks for he allows it. */
export function consentPage(consent: Consent): string {
  const { root, action, csrf, app, target, user, scopes, patient } = consent
  const [optional, fixed] = [scopes.filter((one) => one.optional), scopes.filter((one) => !one.optional)]
  return page(
    root,
    `Allow ${app}?`,
    html`<p>You are signed in as <b>${user}</b>. The app at <b>${target}</b> asks for access. It gets no more than you may do yourself.</p>
${patient && html`<p class="who">For ${person(patient)}</p>`}
<form method="post" action="${action}">
${csrfField(csrf)}
${consent.chosen && chosenFields(consent)}
<fieldset><legend>It may</legend>
${optional.map(choice)}
</fieldset>
${fixed.length > 0 && html`<p class="note">It will also ${fixed.map(({ words }) => lowered(words)).join(', and ')}.</p>`}
<div class="actions">
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny" class="quiet">Deny</button>
</div>
</form>`,
  )
}

function choice({ scope, words }: ScopeWords, at: number): Html {
  return html`<div class="choice"><input type="checkbox" id="s${at}" name="scope" value="${scope}" checked>
<label for="s${at}">${words} <span class="note"><code>${scope}</code></span></label></div>`
}

function chosenFields({ patient, encounter }: Consent): Html {
  return html`<input type="hidden" name="patient" value="${patient?.id}"><input type="hidden" name="encounter" value="${encounter}">`
}

function lowered(words: string): string {
  return `${words.charAt(0).toLowerCase()}${words.slice(1)}`
}
