const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:./

/** Whether a URI has a scheme. */
export function isAbsolute(uri: string): boolean {
  return SCHEME.test(uri)
}
