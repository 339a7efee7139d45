// One part of what netheal keeps, held by its owner. Every change is one synchronous step on the newest value, so that those
// who work beside each other never overwrite each other's.

export interface Slice<T> {
  readonly value: T
  update(change: (value: T) => T): T
}

export function openSlice<T>(start: T): Slice<T> {
  let value = start
  return {
    get value() {
      return value
    },
    update(change) {
      value = change(value)
      return value
    },
  }
}
