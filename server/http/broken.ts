import type { Socket } from 'node:net'
import { outcomeOf } from '../outcome.ts'

const ANSWERS: Record<string, [status: string, diagnostics: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The URL and the headers are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not come in time.'],
}

/**
 * Answers what is no HTTP request that can be read, before there is anything to route; says whether it was answered, and not
 * just left.
 */
export function answerBroken(error: NodeJS.ErrnoException, socket: Socket): boolean {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return false
  }
  const [status, diagnostics] = ANSWERS[error.code ?? ''] ?? [
    '400 Bad Request',
    'This is not an HTTP request that can be read.',
  ]
  const body = outcomeOf([{ severity: 'error', code: 'structure', diagnostics }])
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/fhir+json; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`
  socket.end(Buffer.concat([Buffer.from(head), body]))
  return true
}
