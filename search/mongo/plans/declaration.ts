import type { DeclaredIndex } from '../../../resources/store/mongo/indexes.ts'

/** The fields of documents that are arrays (`resources/store/mongo/document.ts`). */
const ARRAYS = new Set(['k', 'r', 'g', 'w', 'pk', 'holds'])

/** Indexes that a collection may have, with that of `_id`. */
const MOST_INDEXES = 64

/** The array that a path leads through, if any. */
export function arrayOf(path: string): string | undefined {
  const root = path.split('.')[0]!
  return ARRAYS.has(root) ? root : undefined
}

/** What MongoDB would refuse of a collection's indexes, some of it only when the first document is written. */
export function declarationFaults(indexes: readonly DeclaredIndex[]): string[] {
  const faults = indexes.flatMap(({ name, key, expireAfterSeconds }) => {
    const paths = Object.keys(key)
    const arrays = new Set(paths.map(arrayOf).filter((array) => array !== undefined))
    return [
      ...(arrays.size > 1 ? [`${name} spans several arrays: ${[...arrays].join(', ')}`] : []),
      ...(paths.length > 32 ? [`${name} has more than 32 fields`] : []),
      ...(paths.length === 0 ? [`${name} has no field`] : []),
      ...(expireAfterSeconds !== undefined && paths.length > 1 ? [`${name} expires by more than one field`] : []),
    ]
  })
  const shapes = indexes.map(({ key }) => JSON.stringify(key))
  if (new Set(shapes).size < shapes.length) faults.push('an index is declared twice')
  if (new Set(indexes.map(({ name }) => name)).size < indexes.length) faults.push('a name is given twice')
  if (indexes.length >= MOST_INDEXES) faults.push(`there are more than ${MOST_INDEXES} indexes`)
  return faults
}
