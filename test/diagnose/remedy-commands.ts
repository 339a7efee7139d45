// Types what a remedy says, as somebody at a shell would: the docker commands in a step, with the engine's own client.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { enginePath } from '../support/engine-packages.ts'
import { realEngine } from '../support/real-engine.ts'

const run = promisify(execFile)

/** `$(...)`, words in quotes, and all else up to what ends a command in a sentence. */
const COMMAND = /(?<![\w/.-])docker (?:\$\([^)]*\)|'[^']*'|[^;,()'\n])+/g
/** Words of the sentence after a command, none of which is a word of Docker's. */
const SENTENCE = /(?:: | (?:puts|shows|lists|then|if|and|or|by|it|which|in|--|no) ).*$/

export function commandsIn(step: string): readonly string[] {
  return [...step.matchAll(COMMAND)].map(([text]) => text.replace(SENTENCE, '').trim())
}

/** Runs each of them, in order. Throws where one fails, with what it said. Answers what they printed. */
export async function type(step: string, socketPath = realEngine().socketPath): Promise<string> {
  const commands = commandsIn(step)
  if (commands.length === 0) throw new Error(`no command in ${JSON.stringify(step)}`)
  const env = {
    PATH: `${enginePath}:/usr/bin:/bin`,
    DOCKER_HOST: `unix://${socketPath}`,
    HOME: '/nonexistent',
  }
  let output = ''
  for (const command of commands) {
    const { stdout, stderr } = await run('/bin/sh', ['-ec', command], { env, timeout: 60_000 })
    output += stdout + stderr
  }
  return output
}
