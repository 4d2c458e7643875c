import type { Finding } from '../place.ts'

/** What makes a definition unfit for use. */
export function unfit(messageId: string, diagnostics: string): Finding {
  return { severity: 'error', code: 'business-rule', messageId, diagnostics }
}
