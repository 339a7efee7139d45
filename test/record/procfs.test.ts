import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ownPid, seesAllProcesses, startTimeOf } from '../../src/record/procfs.ts'
import { until } from '../support/until.ts'

test('we are alive, and what is no process is not', () => {
  expect(ownPid()).toBe(process.pid)
  expect(startTimeOf(process.pid)).toMatch(/^\d+$/)
  expect(startTimeOf(4_194_304)).toBeNull()
  expect(startTimeOf(-1)).toBeNull()
  expect(seesAllProcesses()).toBe(true)
})

test('a name with brackets and spaces in it does not shift the fields', async () => {
  const child = spawn(process.execPath, ['-e', 'process.title = "a) R 1 (b"; console.log(); process.stdin.resume()'])
  await once(child.stdout, 'data')
  expect(startTimeOf(child.pid ?? 0)).toMatch(/^\d{3,}$/)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(startTimeOf(child.pid ?? 0)).toBeNull()
})

test('a process that has died and was not waited for is dead', async () => {
  // The shell becomes a sleep, which waits for no child; only then does the child come to its end.
  const parent = spawn('sh', ['-c', '(read line) <&3 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  })
  const [said] = await once(parent.stdout ?? parent, 'data')
  const pid = Number(said)
  await until(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n', {
    what: 'the shell to become a sleep',
  })
  expect(startTimeOf(pid)).not.toBeNull()
  const line = parent.stdio[3]
  if (line && 'end' in line) line.end()
  await until(() => startTimeOf(pid) === null, { what: 'the child to die' })
  expect(process.kill(pid, 0)).toBe(true)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
})
