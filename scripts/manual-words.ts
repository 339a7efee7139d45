// What the manual page says beside the definitions: the description, the files, the variables that are not a config key.

export const DESCRIPTION: readonly string[] = [
  'netheal keeps Docker containers on the networks that they must be on. It follows the events of the engine and checks everything on a schedule as well. It restores a lost attachment without restarting the container, verifies it, logs what it did, and reports what keeps removing the attachment.',
  'A config file says which containers must be on which network. `netheal init` proposes one for this host, `netheal check` shows what netheal would do, `netheal run` is the daemon, and `netheal once` makes one pass, for cron. To try it without Docker: `netheal demo`.',
]

export const FILES: readonly (readonly [string, string])[] = [
  ['/etc/netheal/config.json', 'The config. Its keys are in docs/config.md and in config.schema.json.'],
  ['/var/log/netheal/current.log', 'The action log: a link to the current file.'],
  ['/var/log/netheal/heartbeat.log', 'One line per day (UTC): `OK`, or `DEGRADED` with the reason.'],
  ['/var/lib/netheal/state.json', 'What netheal saw last, what was lost, loops, and a pause.'],
  ['/var/lib/netheal/state.ahead', 'The heal in progress, in case netheal is killed in the middle of it.'],
  ['/run/netheal/', 'The lock: one netheal per host.'],
  ['/usr/share/doc/netheal/README.md', 'How to install, configure and operate it.'],
]

/** Each value of the config outside of lists has a variable of its own as well; those are added to these. */
export const AMBIENT: readonly (readonly [string, string])[] = [
  ['NETHEAL_CONFIG', 'The config file, without `--config`.'],
  ['DOCKER_HOST', 'The engine. `NETHEAL_DOCKER_HOST` and `--docker-host` take precedence.'],
  ['DOCKER_TLS_VERIFY, DOCKER_CERT_PATH', 'TLS and its files, for an engine at `tcp://`.'],
  ['NO_COLOR', 'No colours, even on a terminal.'],
  [
    'LOGS_DIRECTORY, STATE_DIRECTORY, RUNTIME_DIRECTORY',
    'Set by systemd: the directories of logs, state and lock, unless they are in the config.',
  ],
  ['CREDENTIALS_DIRECTORY', 'Set by systemd: the directory of secrets that the config names as credentials.'],
]

export const SEE_ALSO: readonly (readonly [string, number])[] = [
  ['docker', 1],
  ['journalctl', 1],
  ['systemctl', 1],
  ['crontab', 5],
]
