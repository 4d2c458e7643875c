import type { Finding } from '../place.ts'

/** A value that is wrong whoever reads it. */
export function wrong(messageId: string, diagnostics: string, code = 'value'): Finding {
  return { severity: 'error', code, messageId, diagnostics }
}

/** A value that is likely to be a mistake. */
export function doubtful(messageId: string, diagnostics: string): Finding {
  return { severity: 'warning', code: 'value', messageId, diagnostics }
}
