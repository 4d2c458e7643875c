import { FhirError } from '../../resources/fhir-error.ts'
import { Breaker } from './breaker.ts'
import { type Answer, KeptAnswers } from './kept-answers.ts'
import { Slots } from './slots.ts'

/** ms that an answer is waited for. */
const PATIENCE = 3000

/** Bytes of an answer. */
const LARGEST = 4 * 1024 * 1024

/** Questions on their way at once, and those that wait for their turn. */
const MOST_ASKED = 8
const MOST_WAITING = 2000

/** How a server elsewhere is asked; tests have their own clock. */
export interface Manners {
  now?: () => number
  patience?: number
}

/** A terminology server elsewhere, by its FHIR base. */
export class RemoteServer {
  /** For people: which server it is. */
  readonly name: string
  private readonly base: string
  private readonly breaker: Breaker
  private readonly answers: KeptAnswers
  private readonly patience: number
  private readonly slots = new Slots(MOST_ASKED, MOST_WAITING)

  constructor(base: string, { now = () => performance.now(), patience = PATIENCE }: Manners = {}) {
    this.base = base
    this.name = new URL(base).host
    this.breaker = new Breaker(now)
    this.answers = new KeptAnswers(now)
    this.patience = patience
  }

  /**
   * What it answers to a GET: a resource, or null where it has none (404, 422, or an error that says so).
   *
   * @throws FhirError `unavailable` (issue `transient`) when it is away, or is asked too much
   */
  get(path: string, query: Readonly<Record<string, string | undefined>>): Promise<Answer> {
    const told = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
    const url = `${this.base}/${path}?${new URLSearchParams(told)}`
    return this.answers.of(url, () => this.ask(url, { method: 'GET' }))
  }

  /** What it answers to a POST, as `get`. */
  post(path: string, body: object): Promise<Answer> {
    const url = `${this.base}/${path}`
    const text = JSON.stringify(body)
    const headers = { 'content-type': 'application/fhir+json' }
    return this.answers.of(`${url} ${text}`, () => this.ask(url, { method: 'POST', body: text, headers }))
  }

  private async ask(url: string, request: RequestInit): Promise<{ answer: Answer; size: number }> {
    if (!(await this.slots.take())) throw this.away('is asked too much')
    try {
      if (!this.breaker.ask()) throw this.away('is left alone, since it did not answer')
      return await this.tried(url, request)
    } finally {
      this.slots.giveBack()
    }
  }

  private async tried(url: string, request: RequestInit): Promise<{ answer: Answer; size: number }> {
    try {
      const found = await this.fetched(url, request)
      this.breaker.succeeded()
      return found
    } catch (error) {
      this.breaker.failed()
      throw error instanceof FhirError ? error : this.away('cannot be reached')
    }
  }

  private async fetched(url: string, request: RequestInit): Promise<{ answer: Answer; size: number }> {
    const response = await fetch(url, {
      ...request,
      redirect: 'error',
      signal: AbortSignal.timeout(this.patience),
      headers: { accept: 'application/fhir+json', ...(request.headers as Record<string, string> | undefined) },
    })
    const text = await this.textOf(response)
    if (response.ok) return { answer: this.parsed(text), size: text.length }
    // It knows the question and has no answer: that is one.
    if ([400, 404, 410, 422].includes(response.status)) return { answer: null, size: 0 }
    throw this.away(`answers with status ${response.status}`)
  }

  private async textOf(response: Response): Promise<string> {
    const pieces: Uint8Array[] = []
    let size = 0
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += piece.length
      // Leaving the loop ends the answer.
      if (size > LARGEST) throw this.away('answers with more than is taken')
      pieces.push(piece)
    }
    return Buffer.concat(pieces).toString('utf8')
  }

  private parsed(text: string): Answer {
    try {
      const value: unknown = JSON.parse(text)
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
    } catch {
      // Told below.
    }
    throw this.away('answers with what is no resource')
  }

  private away(what: string): FhirError {
    return FhirError.of('unavailable', `The terminology server ${this.name} ${what}: not checked`)
  }
}
