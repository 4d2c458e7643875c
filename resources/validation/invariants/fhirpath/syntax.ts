/** An expression as a tree. What stands at its beginning (`of` is undefined) is about `$this`. */
export type Syntax =
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: number; isWhole: boolean }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'nothing' }
  | { kind: 'this' | 'index' }
  | { kind: 'variable'; name: string }
  | { kind: 'member'; of: Syntax | undefined; name: string }
  | { kind: 'item'; of: Syntax; at: Syntax }
  | { kind: 'call'; of: Syntax | undefined; name: string; args: readonly Syntax[] }
  | { kind: 'type'; operator: 'is' | 'as'; of: Syntax; type: string }
  | { kind: 'sign'; of: Syntax }
  | { kind: 'operation'; operator: string; left: Syntax; right: Syntax }

/** Thrown where an expression, or a value that it meets, is left to the engine. */
export class ForEngine extends Error {}

/** Thrown where an expression cannot be evaluated: several values where one is asked for, types that cannot be compared. */
export class Unanswered extends Error {}

/** Thrown where something must be known first: it is asked for, and the validation carried out once more. */
export class NotKnown extends Error {}
