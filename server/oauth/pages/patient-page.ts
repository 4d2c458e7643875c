import type { EncounterChoice, PatientChoice } from '../choices.ts'
import { type Html, html } from './html.ts'
import { alert, csrfField, page } from './layout.ts'

interface Picking {
  root: string
  action: string
  csrf: string
  app: string
  alert?: string
}

/** Lets the user choose the patient that an app is for. */
export function patientPage(
  { root, action, csrf, app, alert: message }: Picking,
  sought: string,
  found: readonly PatientChoice[],
  more: boolean,
): string {
  return page(
    root,
    'Choose a patient',
    html`<p><b>${app}</b> asks for the record of one patient.</p>
${alert(message)}
<form method="post" action="${action}" class="search" role="search">
${csrfField(csrf)}
<div><label class="field" for="sought">Name, or beginning of it</label>
<input type="search" id="sought" name="sought" value="${sought}" maxlength="100" autocomplete="off" autofocus></div>
<button class="quiet">Search</button>
</form>
<form method="post" action="${action}">
${csrfField(csrf)}
${found.length === 0 && html`<p class="note">Nobody was found.</p>`}
<ul class="rows">${found.map(row)}</ul>
${more && html`<p class="note">There are more: give more of the name.</p>`}
</form>`,
  )
}

function row(patient: PatientChoice): Html {
  return html`<li>${person(patient)}<button class="small" name="patient" value="${patient.id}" aria-label="Choose ${patient.name}">Choose</button></li>`
}

/** A patient as he is told from others of the same name. */
export function person({ name, born, gender, number }: PatientChoice): Html {
  const facts = [born && `born ${born}`, gender, number && `no. ${number}`].filter(Boolean).join(' · ')
  return html`<span><b>${name}</b> <span class="note">${facts}</span></span>`
}

/** Lets the user choose the encounter that an app is for. */
export function encounterPage(
  { root, action, csrf, app, alert: message }: Picking,
  patient: PatientChoice,
  found: readonly EncounterChoice[],
): string {
  return page(
    root,
    'Choose an encounter',
    html`<p><b>${app}</b> asks for one encounter of this patient.</p>
<p class="who">${person(patient)}</p>
${alert(message)}
<form method="post" action="${action}">
${csrfField(csrf)}
<input type="hidden" name="patient" value="${patient.id}">
${found.length === 0 && html`<p class="note">There is none that you may see.</p>`}
<ul class="rows">${found.map(
      ({ id, words }) =>
        html`<li><span>${words}</span><button class="small" name="encounter" value="${id}" aria-label="Choose ${words}">Choose</button></li>`,
    )}</ul>
<div class="actions"><button class="quiet" name="encounter" value="">Go on without one</button></div>
</form>`,
  )
}
