// What tests declare about an image: which programs it lacks or brings, and how its processes take a TERM. An image that
// nobody declared exists, has every program that programs.ts knows, and ends with 143.

export interface ProgramResult {
  readonly exitCode: number
  readonly output: string
}

export interface ImageSpec {
  /** Programs that are not in it: an exec of them fails as Docker says it. */
  readonly absent?: readonly string[]
  /** Programs that it brings, by their first word; the whole argv is passed. */
  readonly programs?: Readonly<Record<string, (argv: readonly string[]) => ProgramResult>>
  /** What TERM ends a process with: 143 (default), 0, ...; null: TERM is ignored, and a stop waits out its grace. */
  readonly termExit?: number | null
  /** True: a create of it answers 404. */
  readonly missing?: boolean
}
