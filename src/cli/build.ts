/** What runs, for `--version`, bug reports and metrics. */
export interface Build {
  readonly version: string
  readonly commit: string
  /** `Node v24.21.0` */
  readonly runtime: string
}
