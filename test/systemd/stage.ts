/**
 * The operators' host for these tests: an engine with their containers on it, and a Debian with systemd that has netheal
 * installed and that engine's socket. One for a test file; `reset` makes it as good as new between two tests.
 */
import Docker from 'dockerode'
import { afterAll, beforeAll, beforeEach, inject } from 'vitest'
import { detach, type Estate, estate, isAttached } from '../engine/estate.ts'
import { type PrivateEngine, startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, sandbox } from '../support/real-engine.ts'
import { SystemdHost } from '../support/systemd-host.ts'
import { until } from '../support/until.ts'
import { makePackages } from './packages.ts'

export class Stage implements AsyncDisposable {
  readonly engine: PrivateEngine
  readonly estate: Estate
  readonly host: SystemdHost
  readonly #resources: AsyncDisposableStack

  private constructor(engine: PrivateEngine, home: Estate, host: SystemdHost, resources: AsyncDisposableStack) {
    this.engine = engine
    this.estate = home
    this.host = host
    this.#resources = resources
  }

  /** Boots the host. Nothing of netheal is on it yet. */
  static async open(): Promise<Stage> {
    await using resources = new AsyncDisposableStack()
    const engine = resources.use(await startPrivateEngine())
    const home = await estate(sandbox(engine), { exact: true })
    // They come back with their engine, as the operators' do.
    for (const it of [home.database, home.backend, home.worker]) {
      await it.handle.update({ RestartPolicy: { Name: 'always' } })
    }
    const host = resources.use(await SystemdHost.boot(await engineBelow(resources), engine))
    return new Stage(engine, home, host, resources.move())
  }

  /** No netheal runs, nothing is configured but the two applications, and nothing has been written down. */
  async reset(): Promise<void> {
    await this.host.ok(`set -e
      systemctl disable --quiet --now netheal.service netheal-once.timer
      systemctl stop netheal-once.service
      while umount -q /var/log/netheal; do :; done
      rm -rf /etc/systemd/system/*.d /etc/cron.d/netheal /var/log/netheal /var/lib/netheal /var/mail/all
      install -m 0666 /dev/null /var/mail/all
      systemctl daemon-reload
      systemd-tmpfiles --create netheal.conf
      systemctl reset-failed`)
    await this.configure({})
  }

  /** Installs this checkout from its package; nothing is started. */
  async install(): Promise<void> {
    const { current } = await makePackages()
    await this.host.ok(`dpkg -i ${await this.host.bring(current, '/root')}`)
  }

  /** Nothing of netheal is on the host. */
  async strip(): Promise<void> {
    await this.host.ok(`if dpkg -s netheal >/dev/null 2>&1; then dpkg -P netheal; fi
      rm -rf /etc/netheal /var/log/netheal /var/lib/netheal /root/*.deb
      systemctl daemon-reload
      systemctl reset-failed`)
  }

  /** Writes a config with one rule for both applications. It does not change what a running netheal has in force. */
  async configure(
    more: Readonly<Record<string, unknown>>,
    rule: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const { backend, worker, stack } = this.estate
    const attachments = [{ containers: [backend.name, worker.name], network: stack.name, ...rule }]
    await this.host.write('/etc/netheal/config.json', JSON.stringify({ attachments, ...more }))
  }

  /** Lays lines over a unit, as `systemctl edit` does. */
  async dropIn(unit: string, lines: string): Promise<void> {
    await this.host.write(`/etc/systemd/system/${unit}.d/test.conf`, `${lines}\n`)
    await this.host.ok('systemctl daemon-reload')
  }

  /** One property of netheal.service, or of another unit. */
  async property(name: string, unit = 'netheal.service'): Promise<string> {
    return await this.host.ok(`systemctl show --value -p ${name} ${unit}`)
  }

  /** Takes the application off the network, from outside of the host, unless it is off already. */
  async takeAway(application: Estate['backend']): Promise<void> {
    if (await isAttached(this.estate.stack, application)) await detach(this.estate.stack, application)
  }

  async attached(application: Estate['backend']): Promise<void> {
    const what = `${application.name} to be attached`
    await until(() => isAttached(this.estate.stack, application), { what, deadline: 60_000 }).catch(async error => {
      throw new Error(`${error}\n${(await this.host.run('journalctl -n 25 --no-pager')).stdout}`)
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync()
  }
}

/** The engine that the host itself runs on: the one of the whole run where that is a private one, so never an operator's. */
async function engineBelow(resources: AsyncDisposableStack): Promise<Docker> {
  const provided = inject('engine')
  if (provided !== null && provided.dataRoot !== null) return new Docker({ socketPath: provided.socketPath })
  return resources.use(await startPrivateEngine()).docker
}

/**
 * `describe` with a stage of its own that has netheal installed; skipped, counted and said where this machine cannot have
 * one, but a failure where NETHEAL_TEST_REQUIRE_ENGINE=1.
 */
export function describeHost(name: string, tests: (stage: () => Stage) => void): void {
  describeStage(
    name,
    tests,
    stage => stage.reset(),
    stage => stage.install(),
  )
}

/** The same with nothing of netheal on it before each test: a package that was installed is purged, with all that it left. */
export function describeBareHost(name: string, tests: (stage: () => Stage) => void): void {
  describeStage(name, tests, stage => stage.strip())
}

function describeStage(
  name: string,
  tests: (stage: () => Stage) => void,
  prepare: (stage: Stage) => Promise<void>,
  install?: (stage: Stage) => Promise<void>,
): void {
  describePrivateEngine(name, () => {
    let stage: Stage | null = null
    let absence = ''
    beforeAll(async () => {
      try {
        stage = await Stage.open()
      } catch (error) {
        if (process.env.NETHEAL_TEST_REQUIRE_ENGINE === '1') throw error
        absence = `no host with systemd on this machine: ${error instanceof Error ? error.message : error}`
        process.stderr.write(`netheal tests: ${name}: skipped, ${absence}\n`)
        return
      }
      // Here, where there is time: the first test that wants one may have little.
      await makePackages()
      await install?.(stage)
    }, 600_000)
    afterAll(async () => stage?.[Symbol.asyncDispose]())
    beforeEach(async context => {
      if (stage === null) context.skip(absence)
      else await prepare(stage)
    }, 60_000)
    tests(() => {
      if (stage === null) throw new Error(absence)
      return stage
    })
  })
}
