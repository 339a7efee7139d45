// What the manual page says beside the definitions: the description, the files, the variables that are not a config key.

export const DESCRIPTION: readonly string[] = [
  'netheal keeps Docker containers on the networks that they must be on. It follows the events of the engine, looks at everything on a schedule as well, puts a lost attachment back without restarting the container, looks again whether it holds, writes down what it did, and names what keeps taking the attachment away.',
  'The rules are in a config file: which containers must be on which network. `netheal init` proposes one for this host, `netheal check` says what would be done, `netheal run` is the daemon, and `netheal once` is one pass of it, for cron. It can be tried without Docker: `netheal demo`.',
]

export const FILES: readonly (readonly [string, string])[] = [
  ['/etc/netheal/config.json', 'The config. Its keys are in the README and in config.schema.json.'],
  ['/var/log/netheal/current.log', 'The action log: a link to the file that is being written.'],
  ['/var/log/netheal/heartbeat.log', 'One line a day (UTC): `OK`, or `DEGRADED` and why.'],
  ['/var/lib/netheal/state.json', 'What was seen last, what was lost, loops, a pause.'],
  ['/var/lib/netheal/state.ahead', 'What the heal in hand is about, for a netheal that is killed in the middle of it.'],
  ['/run/netheal/', 'The lock: one healer a host.'],
  ['/usr/share/doc/netheal/README.md', 'How to install, configure and operate it.'],
]

/** Each value of the config outside of lists has a variable of its own as well; those are added to these. */
export const AMBIENT: readonly (readonly [string, string])[] = [
  ['NETHEAL_CONFIG', 'The config file, where `--config` does not say it.'],
  ['DOCKER_HOST', 'The engine. `NETHEAL_DOCKER_HOST` and `--docker-host` win over it.'],
  ['DOCKER_TLS_VERIFY, DOCKER_CERT_PATH', 'TLS and its files, for an engine at `tcp://`.'],
  ['NO_COLOR', 'No colours, on a terminal too.'],
  [
    'LOGS_DIRECTORY, STATE_DIRECTORY, RUNTIME_DIRECTORY',
    'Set by systemd: where logs, state and lock are, unless the config says it.',
  ],
  ['CREDENTIALS_DIRECTORY', 'Set by systemd: where a secret is that the config names as a credential.'],
]

export const SEE_ALSO: readonly (readonly [string, number])[] = [
  ['docker', 1],
  ['journalctl', 1],
  ['systemctl', 1],
  ['crontab', 5],
]
