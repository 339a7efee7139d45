/** What can be typed, as the help of the installed program and docs/commands.md say it. */

/** The names in the list of commands of `netheal --help`. */
export function commandsOf(help: string): readonly string[] {
  const [, list = ''] = /\nCommands:\n((?: {2}.*\n)+)/.exec(help) ?? []
  return [...list.matchAll(/^ {2}(\S+)/gm)].map(([, name = '']) => name)
}

/** The long flags that a help lists: `--json`. */
export function flagsOf(help: string): readonly string[] {
  return [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag = '']) => flag)
}

/** A row of the table in docs/commands.md, for one of the commands that it names. */
export interface CommandRow {
  readonly command: string
  /** Every long flag that the row mentions. */
  readonly flags: readonly string[]
  readonly codes: readonly number[]
}

export function commandTable(page: string): readonly CommandRow[] {
  const [, section = ''] = /\n## Commands\n([\s\S]*?)\n## /.exec(page) ?? []
  return [...section.matchAll(/^\| (`netheal .*?) \| (.*) \| ([\d, ]+) \|$/gm)].flatMap(
    ([, calls = '', does, codes = '']) => {
      const flags = [...new Set(`${calls} ${does}`.match(/--[\w-]+/g) ?? [])]
      return [...calls.matchAll(/`netheal ([\w-]+)/g)].map(([, command = '']) => ({
        ...{ command, flags },
        codes: codes.split(',').map(Number),
      }))
    },
  )
}
