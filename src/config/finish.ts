// From the file as it was written to the config in force: durations in milliseconds, sizes in bytes, one form for each thing.
import * as z from 'zod/mini'
import type { ContainerSelector, Rule } from '../core/rule.ts'
import type { Config } from './config.ts'
import { parseDuration } from './duration.ts'
import { withPort } from './host.ts'
import { type FileRule, restartPolicy } from './rule-schema.ts'
import type { FileConfig } from './schema.ts'
import type { FileContainerSelector } from './selectors.ts'
import { parseSize } from './size.ts'

/** @param file as `check` found it good */
export function finish(file: FileConfig): Config {
  const { docker, heartbeat, lock, log, loop, state, watch } = file
  const tls = docker.tls === undefined ? null : docker.tls
  return {
    attachments: file.attachments.map(ruleOf),
    watch: { events: watch.events, poll: watch.poll === false ? null : watch.poll.trim() },
    loop: { detaches: loop.detaches, within: milliseconds(loop.within), clearAfter: milliseconds(loop.clearAfter) },
    log: { directory: log.directory, format: log.format, maxSize: bytes(log.maxSize), keep: log.keep },
    heartbeat: { at: heartbeat.at, pingUrl: null },
    state: { directory: state.directory },
    lock: { directory: lock.directory },
    docker: {
      host: withPort(docker.host, tls !== null),
      tls: tls === null ? null : { ca: tls.ca ?? null, cert: tls.cert ?? null, key: tls.key ?? null },
      timeout: milliseconds(docker.timeout),
    },
    notify: [],
    metrics: { textfile: null },
    http: { listen: null, hosts: [] },
    diagnose: { readiness: [], probes: [] },
  }
}

function ruleOf(file: FileRule): Rule {
  const policy = typeof file.restart === 'string' ? z.parse(restartPolicy, { when: file.restart }) : file.restart
  const { containers, network } = file
  return {
    containers: (Array.isArray(containers) ? containers : [containers]).map(selectorOf),
    network: typeof network === 'string' ? network : { of: selectorOf(network.of) },
    resolve: file.resolve,
    aliases: file.aliases ?? null,
    ipv4: file.ipv4 ?? null,
    gatewayPriority: file.gatewayPriority,
    restart: {
      when: policy.when,
      cooldown: milliseconds(policy.cooldown),
      maxPerHour: policy.maxPerHour,
      grace: milliseconds(policy.grace),
    },
    repair: file.repair,
    onLoop: file.onLoop,
  }
}

function selectorOf(file: FileContainerSelector): ContainerSelector {
  if (typeof file === 'string') return file
  if (file.label !== undefined) return { label: file.label }
  if (file.compose !== undefined) return { compose: file.compose }
  return { coolify: checked(file.coolify ?? null) }
}

function milliseconds(text: string): number {
  return checked(parseDuration(text))
}

function bytes(text: string): number {
  return checked(parseSize(text))
}

/** The schema has seen to it that there is a value: anything else is a bug of ours. */
function checked<T>(value: T | null): T {
  if (value === null) throw new Error('the schema let a value through that it must refuse')
  return value
}
