// The files from which a container is made, by their times alone: Coolify's rendered compose and .env, else what compose's
// own labels name. A time just before the container was made says that a deploy made it (the runbook's CASE A).

import { isCoolify } from '../../core/identity.ts'
import type { HostFiles } from '../ports.ts'
import type { ContainerDetails } from '../rules/details.ts'
import type { Rendered } from '../rules/restart-case-evidence.ts'

/** A file that is there and could not be looked at. */
export interface Blind {
  readonly path: string
  readonly why: string
}

/** `files` null: they could not be looked at; empty: there are none. */
export interface RenderedFiles {
  readonly files: readonly Rendered[] | null
  readonly blind: readonly Blind[]
}

/** Labels are untrusted: a path is only ever asked for its time, and has to be an absolute one without tricks. */
const PLAIN_PATH = /^\/[\w./@+ -]{1,400}$/

export async function renderedOf(
  details: Pick<ContainerDetails, 'labels'>,
  files: HostFiles | null,
  signal: AbortSignal,
): Promise<RenderedFiles> {
  const paths = pathsOf(details.labels)
  if (files === null) return { files: null, blind: [] }
  const seen: Rendered[] = []
  const blind: Blind[] = []
  for (const path of paths) {
    const time = await files.modified(path, signal)
    if (time.kind === 'seen') seen.push({ path, modifiedAt: time.modifiedAt })
    else if (time.kind === 'unseen') blind.push({ path, why: time.why })
  }
  return { files: seen.length === 0 && blind.length > 0 ? null : seen, blind: blind.slice(0, 1) }
}

function pathsOf(labels: Readonly<Record<string, string>>): readonly string[] {
  const project = labels['com.docker.compose.project']
  const folders =
    isCoolify({ labels }) && project !== undefined && /^[\w-]{1,100}$/.test(project) ? coolifyFolders(labels) : []
  const rendered = folders.flatMap(folder =>
    ['docker-compose.yaml', 'docker-compose.yml', '.env'].map(file => `/data/coolify/${folder}/${project}/${file}`),
  )
  if (rendered.length > 0) return rendered
  const named = (labels['com.docker.compose.project.config_files'] ?? '').split(',')
  const folder = labels['com.docker.compose.project.working_dir']
  return [...named, ...(folder === undefined ? [] : [`${folder}/.env`])].filter(
    path => PLAIN_PATH.test(path) && !path.split('/').includes('..'),
  )
}

function coolifyFolders(labels: Readonly<Record<string, string>>): readonly string[] {
  switch (labels['coolify.type']) {
    case 'application':
      return ['applications']
    case 'service':
      return ['services']
    case 'database':
      return ['databases']
    default:
      return []
  }
}
