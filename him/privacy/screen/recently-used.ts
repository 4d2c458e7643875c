/** A map that holds so many at the most: of those that it has, the ones that were asked for last. */
export class RecentlyUsed<Key, Value> {
  private readonly most: number
  private readonly held = new Map<Key, Value>()

  constructor(most: number) {
    this.most = most
  }

  get(key: Key): Value | undefined {
    const value = this.held.get(key)
    if (value === undefined) return undefined
    this.held.delete(key)
    this.held.set(key, value)
    return value
  }

  set(key: Key, value: Value): void {
    this.held.delete(key)
    this.held.set(key, value)
    for (const oldest of this.held.keys()) {
      if (this.held.size <= this.most) return
      this.held.delete(oldest)
    }
  }

  values(): IterableIterator<Value> {
    return this.held.values()
  }
}
