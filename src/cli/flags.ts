/** Flags that every command has. */
export interface CommonFlags {
  readonly config?: string
  readonly dockerHost?: string
  readonly json?: boolean
}
