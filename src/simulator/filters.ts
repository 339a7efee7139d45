// Docker's filters: a JSON object from key to values, either a list or an object whose keys are the values. Parsing and
// the four ways Docker matches; which key is matched how is the caller's.
import { Refusal } from './refusal.ts'

export class Filters {
  readonly #values: ReadonlyMap<string, readonly string[]>

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values
  }

  /** Reads the `filters` query parameter; throws the engine's refusal when it is no such thing. */
  static parse(text: string | null, status = 400): Filters {
    const values = new Map<string, readonly string[]>()
    if (text === null || text === '') return new Filters(values)
    let raw: unknown
    try {
      raw = JSON.parse(text)
    } catch {
      throw new Refusal(status, 'invalid filter')
    }
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new Refusal(status, 'invalid filter')
    for (const [key, value] of Object.entries(raw)) {
      if (Array.isArray(value)) values.set(key, value.map(String))
      else if (typeof value === 'object' && value !== null) values.set(key, Object.keys(value))
      else throw new Refusal(status, 'invalid filter')
    }
    return new Filters(values)
  }

  get keys(): readonly string[] {
    return [...this.#values.keys()]
  }

  has(key: string): boolean {
    return (this.#values.get(key)?.length ?? 0) > 0
  }

  get(key: string): readonly string[] {
    return this.#values.get(key) ?? []
  }

  /** True when the key is not asked for, or one of its values is the source. */
  exact(key: string, source: string): boolean {
    return !this.has(key) || this.get(key).includes(source)
  }

  /** As `exact`, or one of the values begins the source. */
  prefix(key: string, source: string): boolean {
    return !this.has(key) || this.get(key).some(value => source.startsWith(value))
  }

  /** All values of the key, each `name` or `name=value`, must be among the labels. */
  labels(key: string, labels: Readonly<Record<string, string>>): boolean {
    return this.get(key).every(wanted => {
      const [name = '', ...rest] = wanted.split('=')
      const value = labels[name]
      return value !== undefined && (rest.length === 0 || rest.join('=') === value)
    })
  }
}
