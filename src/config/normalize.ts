// From the file as written to the config in force: durations in milliseconds, sizes in bytes, one form for each value.
import type { Config } from './config.ts'
import { withPort } from './docker-host.ts'
import { parseListen } from './listen.ts'
import { probeOf, readinessOf } from './normalize-probe.ts'
import { labelRuleOf, ruleOf } from './normalize-rule.ts'
import { targetOf } from './normalize-target.ts'
import { bytes, checked, milliseconds, secretOf } from './plain.ts'
import type { FileConfig } from './schema.ts'

/** @param file checked by `check` */
export function normalize(file: FileConfig): Config {
  const { diagnose, docker, heartbeat, http, labels, lock, log, loop, metrics, notify, state, watch } = file
  const tls = docker.tls === undefined ? null : docker.tls
  return {
    attachments: [...file.attachments.map(ruleOf), ...(labels === undefined ? [] : [labelRuleOf(labels)])],
    watch: {
      events: watch.events,
      poll: watch.poll === false ? null : watch.poll.trim(),
      prove: watch.prove === false ? null : milliseconds(watch.prove),
    },
    loop: { detaches: loop.detaches, within: milliseconds(loop.within), clearAfter: milliseconds(loop.clearAfter) },
    log: { directory: log.directory, format: log.format, maxSize: bytes(log.maxSize), keep: log.keep },
    heartbeat: { at: heartbeat.at, pingUrl: heartbeat.pingUrl === undefined ? null : secretOf(heartbeat.pingUrl) },
    state: { directory: state.directory },
    lock: { directory: lock.directory },
    docker: {
      host: withPort(docker.host, tls !== null),
      tls: tls === null ? null : { ca: tls.ca ?? null, cert: tls.cert ?? null, key: tls.key ?? null },
      timeout: milliseconds(docker.timeout),
    },
    notify: notify.map(targetOf),
    metrics: { textfile: metrics.textfile ?? null },
    http: {
      listen: http.listen === undefined ? null : checked(parseListen(http.listen)),
      hosts: http.hosts.map(name => name.toLowerCase()),
      url: http.url ?? null,
    },
    diagnose: { readiness: readinessOf(diagnose.readiness), probes: diagnose.probes.map(probeOf) },
  }
}
