// Numbers of things, in words.

/** `1 loss`, `27 losses`, `10,000 losses`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** `once`, `27 times`. */
export function often(count: number): string {
  return count === 1 ? 'once' : counted(count, 'time')
}

/** `10,000`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
