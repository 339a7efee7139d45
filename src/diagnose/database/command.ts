// A probe of the operator's own: a command inside a container, and the answer that is well.

import { maskedWords } from '../../core/masked.ts'
import type { Container } from '../../core/world.ts'
import type { Context } from '../context.ts'
import { excerpt, excerptLines, shellWord } from '../excerpt.ts'
import type { Finding } from '../rules/finding.ts'
import type { CommandProbe } from '../rules/probe.ts'
import { execWithin, lateFinding, unaskedFinding } from './exec.ts'

export async function commandFindings(
  probe: CommandProbe,
  container: Container,
  { engine }: Pick<Context, 'engine'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const answer = await execWithin(engine, container.id, probe.command, probe.timeout, signal)
  const about = { topic: 'database', subject: probe.name } as const
  const byHand = `to look for yourself: docker exec ${shellWord(container.name)} ${maskedWords(probe.command).map(shellWord).join(' ')}`
  const remedy =
    probe.remedy === null
      ? [byHand, 'you can set diagnose.probes[].remedy in the config to say what to do then']
      : [probe.remedy]
  switch (answer.kind) {
    case 'unasked':
      return [unaskedFinding(probe, answer.error)]
    case 'late':
      return [lateFinding(probe, answer)]
    case 'missing':
      return [
        {
          ...{ ...about, code: 'probe-unanswered', verdict: 'unseen', evidence: [] },
          summary: `${probe.name} could not be queried: ${container.name} has no ${excerpt(probe.command[0] ?? 'program', 80)}`,
          remedy: ['set another command in diagnose.probes in the config'],
        },
      ]
    case 'exited': {
      const output = answer.output.trim()
      const expected = probe.expect === null || output === probe.expect.trim()
      if (answer.exitCode === 0 && expected) {
        const said = probe.expect === null ? 'exit code 0' : excerpt(output, 80)
        return [
          {
            ...about,
            code: 'probe-passed',
            verdict: 'well',
            summary: `${probe.name}: ${said}`,
            evidence: [],
            remedy: [],
          },
        ]
      }
      const why =
        answer.exitCode !== 0
          ? `exited with code ${answer.exitCode}`
          : `answers ${output === '' ? 'nothing' : excerpt(output, 80)}, not ${excerpt(probe.expect ?? '', 80)}`
      return [
        {
          ...{ ...about, code: 'probe-failed', verdict: 'wrong', remedy },
          summary: `${probe.name} in ${container.name} ${why}`,
          evidence: excerptLines(answer.output),
        },
      ]
    }
  }
}
