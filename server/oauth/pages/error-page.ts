import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { pageHeaders } from '../headers.ts'
import { html } from './html.ts'
import { page } from './layout.ts'

/** Tells on a page what is wrong with a request that cannot go back to the app. */
export function errorPage(root: string, message: string): string {
  return page(
    root,
    'This did not work',
    html`<p>${message}</p>
<p class="note">Go back to the app and start again. If it happens once more, tell whoever looks after the app.</p>`,
  )
}

/** Answers a request of the library's with the page of its error. */
export function renderError(root: string, ctx: KoaContextWithOIDC, { error, error_description: why }: ErrorOut): void {
  ctx.set(pageHeaders())
  ctx.type = 'html'
  ctx.body = errorPage(root, `${why ?? 'The request cannot be served.'} (${error})`)
}
