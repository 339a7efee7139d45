// The config in force as a file would have it: all defaults filled in, durations as `5m`, sizes as `10m`. The inverse of
// normalize.ts: what is written here is read as the same config again.
import { assertNever } from '../core/errors.ts'
import { isLabelRule } from '../core/labelled.ts'
import type { ContainerSelector, EachNetwork, NetworkSelector, Rule } from '../core/rule.ts'
import type { Secret } from '../core/secret.ts'
import type { Probe } from '../diagnose/rules/probe.ts'
import type { Config, NotifyTarget } from './config.ts'
import type { FileProbe } from './diagnose-schema.ts'
import { durationText } from './duration.ts'
import { listenText } from './listen.ts'
import type { FileTarget } from './notify-schema.ts'
import type { FileRule } from './rule-schema.ts'
import type { FileConfig } from './schema.ts'
import type { FileSecret } from './secret-schema.ts'
import type { FileContainerSelector } from './selectors.ts'
import { sizeText } from './size.ts'

/** As JSON it is a config file. A key without a value is undefined, which JSON leaves out. */
export function writtenConfig(config: Config): FileConfig {
  const { watch, loop, log, heartbeat, state, lock, docker, metrics, http, diagnose } = config
  return {
    attachments: config.attachments.filter(isWritten).map(writtenRule),
    labels: config.attachments
      .filter(isLabelRule)
      .map(({ network: { labels } }) => ({ ...labels, networks: [...labels.networks] }))[0],
    watch: {
      events: watch.events,
      poll: watch.poll ?? false,
      prove: watch.prove === null ? false : durationText(watch.prove),
    },
    loop: { detaches: loop.detaches, within: durationText(loop.within), clearAfter: durationText(loop.clearAfter) },
    log: { directory: log.directory, format: log.format, maxSize: sizeText(log.maxSize), keep: log.keep },
    heartbeat: { at: heartbeat.at, pingUrl: optional(heartbeat.pingUrl, writtenSecret) },
    state,
    lock,
    docker: {
      host: docker.host,
      tls: optional(docker.tls, ({ ca, cert, key }) => ({
        ca: ca ?? undefined,
        cert: cert ?? undefined,
        key: key ?? undefined,
      })),
      timeout: durationText(docker.timeout),
    },
    notify: config.notify.map(writtenTarget),
    metrics: { textfile: metrics.textfile ?? undefined },
    http: { listen: optional(http.listen, listenText), hosts: [...http.hosts], url: http.url ?? undefined },
    diagnose: {
      readiness: diagnose.readiness.map(({ url, timeout }) => ({ url, timeout: durationText(timeout) })),
      probes: diagnose.probes.map(writtenProbe),
    },
  }
}

type WrittenRule = Rule & { readonly network: NetworkSelector | EachNetwork }

function isWritten(rule: Rule): rule is WrittenRule {
  return !isLabelRule(rule)
}

function writtenNetwork(network: WrittenRule['network']): FileRule['network'] {
  if (typeof network === 'string') return network
  return 'of' in network ? { of: writtenSelector(network.of) } : { ofEach: writtenSelector(network.ofEach) }
}

function writtenSelector(selector: ContainerSelector): FileContainerSelector {
  if (typeof selector === 'string' || !('coolify' in selector)) return selector
  const { coolify, environment, project } = selector
  return environment === undefined && project === undefined
    ? { coolify }
    : { coolify: { name: coolify, environment, project } }
}

function writtenRule({ aliases, ipv4, ipv6, restart, ...rule }: WrittenRule): FileRule {
  return {
    containers: rule.containers.map(writtenSelector),
    network: writtenNetwork(rule.network),
    resolve: [...rule.resolve],
    aliases: optional(aliases, list => [...list]),
    ipv4: ipv4 ?? undefined,
    ipv6: ipv6 ?? undefined,
    gatewayPriority: rule.gatewayPriority,
    restart: { ...restart, cooldown: durationText(restart.cooldown), grace: durationText(restart.grace) },
    repair: rule.repair,
    onLoop: rule.onLoop,
    onDeploy: rule.onDeploy,
    reach: rule.reach.map(({ host, port }) => `${host}:${port}`),
    onUnreachable: rule.onUnreachable,
    drift: rule.drift,
    leave: rule.leave,
  }
}

function writtenTarget(target: NotifyTarget): FileTarget {
  const base = { format: target.format, name: target.name, on: [...target.on] }
  switch (target.format) {
    case 'json':
    case 'slack':
    case 'discord':
    case 'ntfy':
      return { ...base, url: writtenSecret(target.url), token: optional(target.token, inPlace) }
    case 'email':
      return { ...base, to: [...target.to], from: target.from ?? undefined, sendmail: target.sendmail }
    case 'command':
      return { ...base, command: [...target.command] }
    default:
      return assertNever(target)
  }
}

function writtenProbe(probe: Probe): FileProbe {
  const { name, container } = probe
  const timeout = durationText(probe.timeout)
  if (probe.kind === 'command') {
    const { command, expect, remedy } = probe
    return { name, container, command: [...command], expect: expect ?? undefined, timeout, remedy: remedy ?? undefined }
  }
  const { kind: preset, user, database, migrations } = probe
  return { preset, name, container, timeout, user, database, migrations: migrations ?? undefined }
}

function writtenSecret(secret: Secret): FileSecret {
  return secret.kind === 'plain' ? secret.value : inPlace(secret)
}

/** A secret that the file only names. */
function inPlace(secret: Secret): Exclude<FileSecret, string> {
  switch (secret.kind) {
    case 'env':
      return { env: secret.name }
    case 'file':
      return { file: secret.path }
    case 'plain':
      throw new Error('the schema let a plain token through')
    default:
      return assertNever(secret)
  }
}

function optional<T, U>(value: T | null, written: (value: T) => U): U | undefined {
  return value === null ? undefined : written(value)
}
