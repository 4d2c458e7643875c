/**
 * What follows LIMIT in a statement for a placeholder. Of a bare one SQLite looks at the value when it plans, and plans the
 * statement anew, for longer than most take to run, each time that a value is bound to it.
 */
export const BOUND_LIMIT = '? + 0'
