import { compareForSort } from './compare.ts'
import { evaluate } from './expression.ts'
import { meets } from './filter.ts'

type Fields = Record<string, unknown>
type Sort = Record<string, 1 | -1>

interface Options {
  sort?: Sort
  limit?: number
  projection?: Fields
}

/** Collections of documents in memory, with what searches ask of MongoDB's. */
export class MemoryDatabase {
  private readonly collections = new Map<string, Map<string, Fields>>()

  documents(name: string): Map<string, Fields> {
    const known = this.collections.get(name) ?? new Map<string, Fields>()
    this.collections.set(name, known)
    return known
  }

  collection(name: string) {
    const all = () => [...this.documents(name).values()]
    const cursor = (documents: Fields[]) => ({ toArray: async () => documents })
    return {
      find: (filter: Fields, { sort = {}, limit, projection }: Options) => {
        const found = sorted(
          all().filter((one) => meets(one, filter)),
          sort,
        ).slice(0, limit)
        return cursor(projection ? found.map((one) => projected(one, projection)) : found)
      },
      aggregate: (pipeline: Fields[]) => cursor(pipeline.reduce(step, all())),
      countDocuments: async (filter: Fields) => all().filter((one) => meets(one, filter)).length,
    }
  }
}

function step(documents: Fields[], stage: Fields): Fields[] {
  const [[name, operand] = ['', undefined]] = Object.entries(stage)
  switch (name) {
    case '$match':
      return documents.filter((one) => meets(one, operand as Fields))
    case '$project':
      return documents.map((one) => projected(one, operand as Fields))
    case '$set':
      return documents.map((one) => ({ ...one, ...present(operand as Fields, one) }))
    case '$unwind':
      return documents.flatMap((one) => unwound(one, String(operand).slice(1)))
    case '$group': {
      const ids = documents.map((one) => evaluate((operand as Fields)._id, one))
      return [...new Set(ids)].map((_id) => ({ _id }))
    }
    case '$sort':
      return sorted(documents, operand as Sort)
    case '$limit':
      return documents.slice(0, operand as number)
  }
  throw new Error(`${name} is not known`)
}

function unwound(document: Fields, name: string): Fields[] {
  const value = document[name]
  if (value === undefined) return []
  return Array.isArray(value) ? value.map((one) => ({ ...document, [name]: one })) : [document]
}

function projected(document: Fields, projection: Fields): Fields {
  const { _id: own = 1, ...others } = projection
  const fields = Object.entries(others).map(([name, value]) => [name, value === 1 ? `$${name}` : value])
  const made = present(Object.fromEntries(fields), document)
  return own === 0 ? made : { _id: document._id, ...made }
}

function present(fields: Fields, document: Fields): Fields {
  const values = Object.entries(fields).map(([name, expression]) => [name, evaluate(expression, document)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

function sorted(documents: Fields[], sort: Sort): Fields[] {
  const keys = Object.entries(sort)
  if (keys.length === 0) return documents
  const rows = documents.map((document) => ({ document, values: keys.map(([name]) => evaluate(`$${name}`, document)) }))
  rows.sort((one, other) => {
    for (const [at, [, way]] of keys.entries()) {
      const order = compareForSort(one.values[at], other.values[at])
      if (order !== 0) return order * way
    }
    return 0
  })
  return rows.map(({ document }) => document)
}
