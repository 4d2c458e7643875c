import type { JsonDocument } from '../resources/json/parse.ts'

/** R4 Coding, as far as an operation looks at it. */
export interface Coding {
  system?: string
  version?: string
  code?: string
  display?: string
}

/** R4 CodeableConcept, likewise. */
export interface CodeableConcept {
  coding?: readonly Coding[]
  text?: string
}

/** A resource that an operation is given. */
export interface GivenResource extends JsonDocument {
  /** FHIRPath of it within the body (`Parameters.parameter[0].resource`); its own type where it is the body. */
  path: string
  /** Elements of it may be withheld from the caller, and are not there. */
  isCut?: true
}

/** What a parameter's value is read as, by the type that it is declared with. */
export interface ValueTypes {
  uri: string
  canonical: string
  code: string
  string: string
  dateTime: string
  boolean: boolean
  integer: number
  /** Its bytes. */
  base64Binary: Buffer
  Coding: Coding
  CodeableConcept: CodeableConcept
  /** A value of any plain type; of a Coding, its code. */
  any: string | number | boolean
  Resource: GivenResource
}

interface Declared {
  /** `*`: it may be given several times. */
  max: '1' | '*'
  /** It must be given. */
  min?: 1
  /** In words, for those who read what an operation takes. */
  doc: string
}

/** One parameter of an operation (R4 OperationDefinition.parameter): a value, or parts with a table of their own. */
export type Parameter =
  | (Declared & {
      type: keyof ValueTypes
      /** Of a resource: the types it may have; any without them. */
      types?: readonly string[]
      /** Of a resource: what is wrong with it is the operation's matter. */
      unchecked?: true
    })
  | (Declared & { parts: ParameterTable })

/** The parameters of an operation by name. */
export type ParameterTable = { readonly [name: string]: Parameter }

type Value<P extends Parameter> = P extends { parts: infer T extends ParameterTable }
  ? Given<T>
  : P extends { type: infer Type extends keyof ValueTypes }
    ? ValueTypes[Type]
    : never

/** What `run` gets: the values of its table. */
export type Given<T extends ParameterTable> = {
  readonly [Name in keyof T]: T[Name]['max'] extends '*'
    ? readonly Value<T[Name]>[]
    : T[Name] extends { min: 1 }
      ? Value<T[Name]>
      : Value<T[Name]> | undefined
}
