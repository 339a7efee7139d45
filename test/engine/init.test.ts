/**
 * `netheal init` on a real engine: who names the database, and that nothing else of an environment comes out. On the test's
 * own engine: whatever container there names `supabase-db` is proposed, another test's too.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, sandbox } from '../support/real-engine.ts'
import { estate } from './estate.ts'
import { install } from './installation.ts'

describePrivateEngine('netheal init', () => {
  test('netheal init proposes who names the database; written, the config is one that heals', {
    timeout: 60_000,
  }, async () => {
    await using engine = await startPrivateEngine()
    const box = sandbox(engine)
    const { stack, coolify, database, worker } = await estate(box)
    const api = await box.container('api', {
      networks: [coolify.name],
      env: ['SECRET_KEY=hunter2', `DATABASE_URL=postgresql://postgres:hunter3@${database.name}:5432/postgres`],
    })
    const job = await box.container('job', {
      networks: [coolify.name],
      cmd: ['sh', '-c', `: wait-for ${database.name}:5432 hunter4; sleep 86400`],
    })
    await using netheal = await install(engine, { attachments: [{ containers: 'x', network: 'y' }] })
    const config = join(netheal.folder, 'etc/netheal/config.json')
    const host = `unix://${engine.socketPath}`
    const argv = ['init', '--network', stack.name, '--docker-host', host, '--config', config]

    const told = await netheal.command(...argv, '--write')
    expect(told.code).toBe(0)
    expect(told.stderr).toContain(`Needs it   ${api.name}: its environment names ${database.name}; not attached\n`)
    expect(told.stderr).toContain(`Needs it   ${job.name}: its command names ${database.name}; not attached\n`)
    expect(told.stderr).toContain(`No sign    ${worker.name} `)
    const proposed = JSON.parse(told.stdout)
    expect(proposed.attachments).toEqual([
      { containers: [api.name, job.name], network: stack.name, resolve: [database.name] },
    ])
    expect(proposed.docker).toEqual({ host })
    expect(await readFile(config, 'utf8')).toBe(told.stdout)
    expect(told.stdout + told.stderr + (await netheal.command(...argv, '--json')).stdout).not.toMatch(/hunter/)

    const again = await netheal.command(...argv, '--write')
    expect(again.code).toBe(2)
    expect(again.stderr).toContain(`${config} exists, and was not overwritten`)
    const check = await netheal.command('check', '--config', config)
    expect(check.code).toBe(3)
    expect(check.stdout).toContain(`${api.name} not attached to ${stack.name}; would be attached`)
  })
})
