import { type Html, html } from './html.ts'

/** A whole page. `root` is the path of the authorization server. */
export function page(root: string, title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} · chartroom</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${root}/style.css">
</head>
<body>
<header><span class="mark" aria-hidden="true"></span>chartroom</header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.html
}

/** What went wrong, read out at once by screen readers. */
export function alert(message: string | undefined): Html {
  return message === undefined ? html`` : html`<p class="alert" role="alert">${message}</p>`
}

/** The token that a form has to bring back. */
export function csrfField(token: string): Html {
  return html`<input type="hidden" name="csrf" value="${token}">`
}
