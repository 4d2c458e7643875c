/**
 * Who may do what, by hand: letters of `cruds`, and `n` for who may choose ids (an update creates). Where one's own and
 * others' differ, own/other; `-` is nothing. One's own is of Patient p1, of the Organization payer, owned by Practitioner me.
 *
 * Tokens of users with a role have `user/*.cruds user/AuditEvent.cruds chartroom/admin`, so that the policy alone decides.
 */
const TABLE = `
                Patient  Observation Condition Claim   DocumentReference Binary  Group  Organization SearchParameter Library AuditEvent Task   Consent
technician      crus     rs          rs        rs      crus              cru     crus   rs           rs              rs      -          crus   rs
coder           rs       rs          crus      crus    rs                r       rs     rs           rs              rs      -          crus   -
registrar       rs       crus        crus      -       rs                r       rs     rs           rs              rs      -          crus   -
physician       rs       crus        crus      -       crus              cru     rs     rs           rs              rs      -          crus   rs
biller          rs       -           -         crus    -                 -       -      rs           -               -       -          rus/-  -
insurer         rs/-     -           -         rs/-    -                 -       -      rs           -               -       -          -      -
auditor         -        -           -         -       -                 -       -      rs           -               -       rs         -      -
privacy-officer rus      -           -         -       -                 -       -      rs           -               -       rs         crusn  crusn
patient         rus/-    rs/-        rs/-      rs/-    rs/-              r/-     -      rs           rs              rs      -          -      rs/-
administrator   -        -           -         -       -                 -       -      crudsn       crudsn          crudsn  -          -      -
patient/*.cruds ruds/-   cruds/-     cruds/-   cruds/- cruds/-           r/-     -      rs           rs              rs      -          -      cruds/-
patient/*.rs    rs/-     rs/-        rs/-      rs/-    rs/-              r/-     -      rs           rs              rs      -          -      rs/-
user/*.cruds    crudsn   crudsn      crudsn    crudsn  crudsn            crudsn  crudsn crudsn       crudsn          crudsn  -          crudsn crudsn
system/*.cruds  crudsn   crudsn      crudsn    crudsn  crudsn            crudsn  crudsn crudsn       crudsn          crudsn  -          crudsn crudsn
system/*.write  cudn     cudn        cudn      cudn    cudn              cudn    cudn   cudn         cudn            cudn    -          cudn   cudn
openid          -        -           -         -       -                 -       -      -            -               -       -          -      -
`

/** Operations of the whole system that a caller may ask for; of those who are not named, none. */
export const OF_SYSTEM: Record<string, readonly string[]> = { administrator: ['reindex', 'explain'] }

/** Those who may have the audit log screened. */
export const SCREENS: readonly string[] = ['privacy-officer']

/** Those who may open the record of any patient in an emergency. */
export const BREAKS_GLASS: readonly string[] = ['physician']

/** What a caller may do with one's own and with others' resources of a type. */
export interface Cell {
  own: string
  other: string
}

const [head = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/ +/))

export const TYPES: readonly string[] = head

/** By caller and type. */
export const CELLS: ReadonlyMap<string, ReadonlyMap<string, Cell>> = new Map(
  rows.map(([caller = '', ...cells]) => {
    if (cells.length !== head.length) throw new Error(`the row of ${caller} has ${cells.length} cells`)
    return [caller, new Map(cells.map((cell, at) => [head[at]!, cellOf(cell)]))]
  }),
)

function cellOf(text: string): Cell {
  const [own = '', other = own] = text.split('/').map((letters) => letters.replace('-', ''))
  if (!/^c?r?u?d?s?n?$/.test(own) || !/^c?r?u?d?s?n?$/.test(other)) throw new Error(`${text} is no cell`)
  return { own, other }
}
