// From the config's targets to receivers. The composition root of notify/: the only place that knows both, and where a secret
// is looked up, at each try and not before.
import { hostname } from 'node:os'
import type { Config, NotifyTarget } from '../../config/config.ts'
import { resolveSecret, urlOfSecret } from '../../config/secret.ts'
import { assertNever } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import type { Clock } from '../../heal/ports.ts'
import { commandReceiver } from '../../notify/command.ts'
import { discordMessage } from '../../notify/discord.ts'
import { emailReceiver } from '../../notify/email.ts'
import { jsonMessage } from '../../notify/envelope.ts'
import { ntfyMessage } from '../../notify/ntfy.ts'
import type { Fetched, Receiver, Sender } from '../../notify/receiver.ts'
import { slackMessage } from '../../notify/slack.ts'
import { webReceiver } from '../../notify/web.ts'
import type { ProcessIo } from '../process-io.ts'

const MESSAGES = { json: jsonMessage, slack: slackMessage, discord: discordMessage, ntfy: ntfyMessage } as const

/** In the order of the config. */
export function receiversOf(
  targets: Config['notify'],
  env: ProcessIo['env'],
  clock: Clock,
  { page = null, test = false }: { readonly page?: string | null; readonly test?: boolean } = {},
): readonly Receiver[] {
  const sender: Sender = { host: hostname(), page, test }
  return targets.map(target => receiverOf(target, sender, env, clock))
}

function receiverOf(target: NotifyTarget, sender: Sender, env: ProcessIo['env'], clock: Clock): Receiver {
  const { name, on } = target
  switch (target.format) {
    case 'json':
    case 'slack':
    case 'discord':
    case 'ntfy': {
      const token = target.token
      const web = {
        name,
        on,
        url: urlFrom(target.url, env),
        token: token === null ? null : async () => resolveSecret(token, env),
        message: MESSAGES[target.format],
      }
      return webReceiver(web, sender, clock)
    }
    case 'email':
      return emailReceiver(target, sender, clock)
    case 'command':
      return commandReceiver(target, sender, clock)
    default:
      return assertNever(target)
  }
}

export function urlFrom(secret: Secret, env: ProcessIo['env']): Fetched {
  return async () => urlOfSecret(secret, env)
}
