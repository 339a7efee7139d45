// `netheal diagnose`: the runbook's decision trees, answered. Read-only; works with a daemon, without one, and without a
// config for a container that is named.
import { knownSecrets } from '../../config/known-secrets.ts'
import { clampedTo } from '../../core/state.ts'
import { diagnose as ask, type Diagnosis, type Question } from '../../diagnose/diagnose.ts'
import { topics } from '../../diagnose/topics.ts'
import { openWire } from '../../docker/wire.ts'
import { openWays } from '../../heal/inside.ts'
import type { Clock } from '../../heal/ports.ts'
import { prove } from '../../heal/prove.ts'
import { resolveNames } from '../../heal/resolve-names.ts'
import { coolifyFiles } from '../../host/coolify-files.ts'
import { dockerJournal } from '../../host/docker-journal.ts'
import { once } from '../../host/host-scan.ts'
import { migrationFiles } from '../../host/migrations.ts'
import { readState } from '../../record/state.ts'
import type { Build } from '../build.ts'
import { systemClock } from '../clock.ts'
import type { CommonFlags } from '../flags.ts'
import { jsonText } from '../json.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { scanInThread } from '../scan-thread.ts'
import { engineFor } from '../wire.ts'
import { writeBundle } from './bundle.ts'
import { bundleContents } from './bundle-contents.ts'
import { type DiagnoseConfig, diagnoseConfig } from './config-found.ts'
import { http } from './http-get.ts'
import { itselfOf } from './itself.ts'
import { diagnosisJson } from './json.ts'
import { renderDiagnosis } from './view.ts'

export interface DiagnoseFlags extends CommonFlags {
  readonly bundle?: string
}

/** What a test gives instead of this host: a tree that stands for it, its journalctl and systemctl, and another time. */
export interface DiagnoseWorld {
  readonly root: string
  readonly journalctl: string
  readonly systemctl: string | null
  readonly clock: Clock
}

const THIS_HOST: DiagnoseWorld = { root: '/', journalctl: 'journalctl', systemctl: 'systemctl', clock: systemClock() }
const JOURNAL_DEADLINE = 15_000

/**
 * Exit code 3: something is wrong. 0: nothing is, as far as could be checked.
 * Throws NethealError: `usage` for a container that nobody knows and for a bundle that cannot be written there, `config` for
 * a config file that was named and cannot be read.
 */
export async function diagnose(
  host: ProcessIo,
  container: string | undefined,
  flags: DiagnoseFlags,
  build: Build,
  on: DiagnoseWorld = THIS_HOST,
): Promise<ExitCode> {
  const given = await diagnoseConfig(host, flags)
  if (given.context !== null) host.err(`netheal: ${given.context}\n`)
  using engine = engineFor(given.config)
  const question = await questionOf(given, container ?? null, engine, on)
  const diagnosis = await ask(question, topics, host.signals.abort)
  host.out(flags.json ? jsonText(diagnosisJson(diagnosis)) : renderDiagnosis(diagnosis, host.stdout))
  if (flags.bundle !== undefined) await pack(flags.bundle, diagnosis, given, question, host, build)
  return diagnosis.wrong ? 3 : 0
}

async function questionOf(
  { config, found }: DiagnoseConfig,
  named: string | null,
  engine: ReturnType<typeof engineFor>,
  { root, journalctl, systemctl, clock }: DiagnoseWorld,
): Promise<Question> {
  const isLocal = config.docker.host.startsWith('unix://')
  const now = clock.now()
  const ways = openWays()
  const state = await readState(config.state)
  const { readiness, probes } = config.diagnose
  return {
    now,
    named,
    rules: config.attachments,
    state: clampedTo(state.state, now),
    engine,
    wire: openWire(state.state.host),
    inspector: engine,
    mentions: engine,
    prove: (id, names, signal) => resolveNames({ id, imageId: '' }, names, { engine, clock, ways }, signal),
    reach: (id, network, targets, world, signal) => prove(id, network, targets, { engine, clock, ways, world }, signal),
    journal: isLocal ? dockerJournal({ program: journalctl, unit: 'docker.service', timeout: JOURNAL_DEADLINE }) : null,
    files: isLocal ? coolifyFiles({ root, pidFile: '/run/docker.pid' }) : null,
    automation: isLocal ? once(scanInThread(root).scan) : null,
    itself: itselfOf({ config, found, state: state.state, note: state.note, clock, root, systemctl }),
    clock,
    readiness,
    http,
    probes,
    migrations: isLocal ? migrationFiles : null,
  }
}

async function pack(
  file: string,
  diagnosis: Diagnosis,
  given: DiagnoseConfig,
  question: Question,
  host: ProcessIo,
  build: Build,
): Promise<void> {
  const secrets = knownSecrets(given.config, host.env)
  const packed = await bundleContents(diagnosis, given, question, host, build)
  await writeBundle(file, packed, secrets, diagnosis.at)
  host.err(`netheal: wrote ${file}. Look through it before you send it to anybody: tar tzf ${file}\n`)
}
