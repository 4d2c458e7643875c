import type { FastifyRequest } from 'fastify'

/** What a form brings; nothing where the body is none. */
export function formOf({ body, headers }: FastifyRequest): URLSearchParams {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')
  return new URLSearchParams(isForm && Buffer.isBuffer(body) ? body.toString() : '')
}

/** A value of a form, at most `most` characters of it. */
export function field(form: URLSearchParams, name: string, most = 200): string {
  return (form.get(name) ?? '').slice(0, most)
}
