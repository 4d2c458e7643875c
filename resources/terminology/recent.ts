/** Characters of a key: canonicals come from anybody, and thousands of long ones would fill the memory. */
const LONGEST_KEY = 10_000

/** Keeps the values that were used last, as long as all their weights together are within a limit. */
export class Recent<Value> {
  private readonly kept = new Map<string, { value: Value; weight: number }>()
  private readonly most: number
  private readonly largest: number
  private weight = 0

  /** `most`: sum of the weights that are kept at the most; `largest`: the weight of what would drive out too much. */
  constructor(most: number, largest = most / 4) {
    this.most = most
    this.largest = largest
  }

  get(key: string): Value | undefined {
    const found = this.kept.get(key)
    if (!found) return undefined
    this.kept.delete(key)
    this.kept.set(key, found)
    return found.value
  }

  /** What weighs more than the largest is not kept. */
  set(key: string, value: Value, weight = 1): void {
    this.delete(key)
    if (weight > this.largest || key.length > LONGEST_KEY) return
    this.kept.set(key, { value, weight })
    this.weight += weight
    for (const oldest of this.kept.keys()) {
      if (this.weight <= this.most) break
      this.delete(oldest)
    }
  }

  clear(): void {
    this.kept.clear()
    this.weight = 0
  }

  private delete(key: string): void {
    const found = this.kept.get(key)
    if (!found) return
    this.weight -= found.weight
    this.kept.delete(key)
  }
}
