// Reads what clients send, which may be anything: a JSON object with the fields that are asked for, or their defaults.

export class Fields {
  readonly #value: Readonly<Record<string, unknown>>

  constructor(value: unknown) {
    this.#value = typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  }

  text(key: string): string | undefined {
    const value = this.#value[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  flag(key: string): boolean {
    return this.#value[key] === true
  }

  count(key: string): number {
    const value = this.#value[key]
    return typeof value === 'number' ? value : 0
  }

  /** A list of strings; a single string counts as a list of one, as Docker's Cmd does. */
  texts(key: string): readonly string[] {
    const value = this.#value[key]
    if (typeof value === 'string') return [value]
    return Array.isArray(value) ? value.map(String) : []
  }

  /** A map of strings, as labels are. */
  labels(key: string): Readonly<Record<string, string>> {
    const entries = Object.entries(this.fields(key).#value).map(([name, value]) => [name, String(value)] as const)
    return Object.fromEntries(entries)
  }

  fields(key: string): Fields {
    return new Fields(this.#value[key])
  }

  /** The first element of a list of objects. */
  first(key: string): Fields {
    const value = this.#value[key]
    return new Fields(Array.isArray(value) ? value[0] : undefined)
  }

  get keys(): readonly string[] {
    return Object.keys(this.#value)
  }
}
