/**
 * Headers of the pages: nothing is loaded but the stylesheet, nobody frames them, and forms go here alone, from where the
 * browser may be sent on to the apps at `targets` (redirect URIs).
 */
export function pageHeaders(targets: readonly string[] = []): Record<string, string> {
  const action = ["'self'", ...targets.map(sourceOf)].join(' ')
  return {
    'content-security-policy': `default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action ${action}`,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    // Without it browsers leave Origin out of forms; no other site learns the path.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    'cache-control': 'no-store',
  }
}

/** Browsers keep to form-action on redirects as well; of an app that is no page the scheme is told. */
function sourceOf(uri: string): string {
  const { protocol, origin } = new URL(uri)
  return protocol === 'https:' || protocol === 'http:' ? origin : protocol
}
