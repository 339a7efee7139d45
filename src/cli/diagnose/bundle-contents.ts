// The contents of a bundle for a bug report: the diagnosis, versions, the config in force, the state, and the last lines of
// netheal's own logs. No container's log and no environment; every text is masked when it is packed.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { release } from 'node:os'
import { dirname, join } from 'node:path'
import { withoutSecrets } from '../../config/masked.ts'
import { writtenConfig } from '../../config/written.ts'
import { NethealError } from '../../core/errors.ts'
import type { Diagnosis, Question } from '../../diagnose/diagnose.ts'
import { asOwner } from '../../record/as-owner.ts'
import type { Build } from '../build.ts'
import type { ProcessIo } from '../process-io.ts'
import type { Packed } from './bundle.ts'
import type { DiagnoseConfig } from './config-found.ts'
import { diagnosisJson } from './json.ts'
import { renderDiagnosis } from './view.ts'

const PLAIN = { isTerminal: false, color: false }
/** Bytes from the end of a log. */
const TAIL = 256 * 1024

export async function bundleContents(
  diagnosis: Diagnosis,
  { config, found }: DiagnoseConfig,
  question: Question,
  host: ProcessIo,
  build: Build,
): Promise<readonly Packed[]> {
  const log = (name: string): string => join(config.log.directory, name)
  const files: readonly Packed[] = [
    { name: 'diagnosis.txt', text: renderDiagnosis(diagnosis, PLAIN) },
    { name: 'diagnosis.json', value: diagnosisJson(diagnosis) },
    { name: 'versions.json', value: await versions(question, host, build) },
    { name: 'config.json', value: { found: foundText(found), config: writtenConfig(withoutSecrets(config)) } },
    { name: 'state.json', value: question.state },
    { name: 'logs/current.log', text: tailOf(log('current.log')) },
    { name: 'logs/heartbeat.log', text: tailOf(log('heartbeat.log')) },
  ]
  return files.map(file => ({ ...file, name: `netheal/${file.name}` }))
}

async function versions({ engine }: Question, host: ProcessIo, build: Build) {
  const os = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const docker = await engine.greet(host.signals.abort).catch((error: unknown) => {
    if (!(error instanceof NethealError)) throw error
    return { error: error.message }
  })
  return { netheal: build, docker, system: /^PRETTY_NAME="?([^"\n]*)/m.exec(os)?.[1] ?? 'unknown', kernel: release() }
}

function foundText(found: DiagnoseConfig['found']): string {
  return found.kind === 'bad' || found.kind === 'closed' ? found.error.message : `${found.kind}: ${found.file}`
}

/** The last lines, or why there are none. */
function tailOf(path: string): string {
  try {
    // Root's bundle holds nothing that the owner of the directory may not read: a link may lead anywhere.
    const fd = asOwner(dirname(path), () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK))
    try {
      const stat = fstatSync(fd)
      if (!stat.isFile()) return `(${path} is not a file)\n`
      const length = Math.min(stat.size, TAIL)
      const buffer = Buffer.alloc(length)
      const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, length, stat.size - length))
      return stat.size > length ? text.slice(text.indexOf('\n') + 1) : text
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    return `(${path} cannot be read: ${(error as Error).message})\n`
  }
}
