// The config in force as it may be shown: every plain secret is cut after its host.
import { masked, maskedWords } from '../core/masked.ts'
import type { Secret } from '../core/secret.ts'
import type { Config, NotifyTarget } from './config.ts'
import { hostOf, withoutUrls } from './hidden.ts'

/** The config without the values of its secrets: for `netheal config`, for a bug report. */
export function withoutSecrets(config: Config): Config {
  const { heartbeat, notify, diagnose } = config
  return {
    ...config,
    heartbeat: { ...heartbeat, pingUrl: heartbeat.pingUrl === null ? null : cut(heartbeat.pingUrl) },
    notify: notify.map(target),
    diagnose: {
      readiness: diagnose.readiness.map(one => ({ ...one, url: masked(one.url) })),
      probes: diagnose.probes.map(one =>
        one.kind === 'command' ? { ...one, command: maskedWords(one.command) } : one,
      ),
    },
  }
}

function target(one: NotifyTarget): NotifyTarget {
  if (one.format === 'email') return one
  // A webhook, or a token in a header, may be an argument of the command.
  if (one.format === 'command') return { ...one, command: maskedWords(one.command).map(withoutUrls) }
  return { ...one, url: cut(one.url), token: one.token === null ? null : cut(one.token) }
}

function cut(secret: Secret): Secret {
  return secret.kind === 'plain' ? { kind: 'plain', value: cutText(secret.value) } : secret
}

function cutText(value: string): string {
  return hostOf(value) ?? '***'
}
