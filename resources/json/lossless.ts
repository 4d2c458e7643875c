/** A number of which the text is kept: `1.00` stays `1.00`. Prints as it was written. */
export interface RawNumber {
  readonly rawJSON: string
}

export type JsonValue = null | boolean | number | string | RawNumber | JsonValue[] | JsonObject
export interface JsonObject {
  [name: string]: JsonValue
}

/**
 * Parses JSON so that numbers keep their text. Costs some six times a plain parse: meant for content that is
 * rewritten (patch, subsets), not for every write. Throws SyntaxError.
 */
export function parseLossless(text: string): JsonValue {
  return JSON.parse(text, (_name, value: unknown, context) =>
    typeof value === 'number' ? JSON.rawJSON(context.source ?? String(value)) : value,
  ) as JsonValue
}

/** Prints what `parseLossless` gave, without white space. */
export function printLossless(value: JsonValue): string {
  return JSON.stringify(value)
}

/** Whether a value is a number whose text is kept. */
export function isRawNumber(value: JsonValue | undefined): value is RawNumber {
  return typeof value === 'object' && value !== null && JSON.isRawJSON(value)
}

/** Whether a value is a JSON object (not a list, null or a kept number). */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}
