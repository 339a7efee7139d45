/** The calls that tell how netheal is called: help, version, completion; and what is typed wrongly. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { type Call, jsonOf } from './call.ts'
import type { Ran } from './host.ts'

const run = promisify(execFile)

/** Every command, with what comes after its name in its own usage. */
export const USAGES: Readonly<Record<string, string>> = {
  run: '[options]',
  once: '[options]',
  check: '[options]',
  status: '[options]',
  history: '[options]',
  diagnose: '[options] [container]',
  report: '[options]',
  config: '[options]',
  init: '[options]',
  pause: '[options] <duration>',
  resume: '[options]',
  'notify-test': '[options] [target...]',
  demo: '[options]',
  completion: '[options] <shell>',
}

function isVersion({ out }: Ran): void {
  expect(out).toMatch(new RegExp(`^netheal ${pkg.version} \\(\\w+(-dirty)?\\), Node v\\d+\\.\\d+\\.\\d+\\n$`))
}

const GENERAL: readonly Call[] = [
  { title: '--version has version, commit and runtime', argv: ['--version'], code: 0, holds: isVersion },
  { title: '-V is the same', argv: ['-V'], code: 0, holds: isVersion },
  {
    title: '--help lists the commands and the exit codes',
    argv: ['--help'],
    code: 0,
    holds({ out }) {
      for (const command of Object.keys(USAGES)) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'))
      expect(out).toContain('Exit codes:')
    },
  },
  {
    title: 'help COMMAND is the help of that command',
    argv: ['help', 'history'],
    code: 0,
    async holds({ out }, host) {
      expect(out).toBe((await host.run(['history', '-h'])).out)
    },
  },
  {
    title: 'help of a command that is none is 2',
    argv: ['help', 'histroy'],
    code: 2,
    holds({ out, err }) {
      expect(out).toBe('')
      expect(err).toContain('Commands:')
    },
  },
  {
    title: 'no command at all is 2, and shows which there are',
    argv: [],
    code: 2,
    holds({ out, err }) {
      expect(out).toBe('')
      expect(err).toContain('Commands:')
    },
  },
  {
    title: 'a command that is mistyped is 2, and the right one is named',
    argv: ['statsu'],
    code: 2,
    holds({ out, err }) {
      expect(out).toBe('')
      expect(err).toMatch(/statsu[\s\S]*\bstatus\b/)
    },
  },
  {
    title: 'a flag that is mistyped is 2, and the right one is named',
    argv: ['history', '--sicne', '7d'],
    code: 2,
    holds: ({ err }) => expect(err).toMatch(/--sicne[\s\S]*--since/),
  },
  {
    title: 'a config that is not there is 2, and says how to write one',
    argv: ['check', '--config', '@/nowhere.json'],
    code: 2,
    holds: ({ err }) => expect(err).toMatch(/nowhere\.json does not exist\n.*netheal init --write/),
  },
]

/** What bash offers after these words, with the script that was printed. */
async function offered(script: string, ...words: readonly string[]): Promise<readonly string[]> {
  const ask = `eval "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _netheal; echo "\${COMPREPLY[*]}"`
  const { stdout } = await run('bash', ['--norc', '-c', ask, 'bash', script, 'netheal', ...words])
  return stdout.trim().split(' ')
}

const COMPLETION: readonly Call[] = [
  {
    title: 'completion bash offers commands, flags and values, and is the file that the package brings',
    argv: ['completion', 'bash'],
    code: 0,
    async holds({ out }, host) {
      expect(await offered(out, 'st')).toEqual(['status'])
      expect(await offered(out, 'status', '--l')).toEqual(['--live'])
      expect(await offered(out, 'completion', '')).toEqual(['bash', 'zsh'])
      expect((await offered(out, '')).toSorted()).toEqual([...Object.keys(USAGES), 'help'].sort())
      expect(out).toBe(readFileSync(host.installed.file('usr/share/bash-completion/completions/netheal'), 'utf8'))
    },
  },
  {
    title: 'completion zsh is the file that the package brings',
    argv: ['completion', 'zsh'],
    code: 0,
    holds({ out }, host) {
      expect(out).toMatch(/^#compdef netheal\n/)
      for (const command of Object.keys(USAGES)) expect(out).toContain(command)
      expect(out).toBe(readFileSync(host.installed.file('usr/share/zsh/vendor-completions/_netheal'), 'utf8'))
    },
  },
  {
    title: 'completion --json has the script as a string',
    argv: ['completion', 'bash', '--json'],
    code: 0,
    holds(ran) {
      expect(jsonOf(ran)).toMatchObject({ version: 1, shell: 'bash', script: expect.stringContaining('_netheal') })
    },
  },
]

export const READING: readonly Call[] = [...GENERAL, ...COMPLETION]
