// Every way to get the config wrong that we thought of, and the exact words that it gets.
import { describe, expect, test } from 'vitest'
import { check } from '../../src/config/check.ts'
import { problemText } from '../../src/config/problem.ts'

/** A config with one attachment that is good but for `more`. */
function ruleWith(more: object): object {
  return { attachments: [{ containers: 'a', network: 'n', ...more }] }
}

/** A config that is good but for `more`. */
function fileWith(more: object): object {
  return { attachments: [{ containers: 'a', network: 'n' }], ...more }
}

const CASES: readonly [string, unknown, readonly string[]][] = [
  [
    'a number for the whole',
    5,
    ['the file as a whole: expected an object with "attachments"; got 5 (a number). For example: {"attachments":[]}.'],
  ],
  [
    'nothing at all',
    {},
    [
      'attachments: missing; expected a list of at least one attachment. For example: [{"containers":["pms-backend"],"network":"bccg4gs4o4kgsowocw08wkw4"}].',
    ],
  ],
  [
    'attachments null',
    { attachments: null },
    [
      'attachments: expected a list of at least one attachment; got null. For example: [{"containers":["pms-backend"],"network":"bccg4gs4o4kgsowocw08wkw4"}].',
    ],
  ],
  [
    'no attachment',
    { attachments: [] },
    [
      'attachments: it is empty, so no container would be kept on any network. For example: [{"containers":["pms-backend"],"network":"bccg4gs4o4kgsowocw08wkw4"}].',
    ],
  ],
  [
    'an attachment that is text',
    { attachments: ['pms-backend'] },
    [
      'attachments[0]: expected an attachment: {"containers": ..., "network": ...}; got "pms-backend". For example: {"containers":["pms-backend"],"network":"bccg4gs4o4kgsowocw08wkw4"}.',
    ],
  ],
  [
    'an empty attachment',
    { attachments: [{}] },
    [
      'attachments[0].containers: missing; expected a container name, or an object with "label", "compose" or "coolify", or a list of these. For example: ["pms-backend"].',
      'attachments[0].network: missing; expected a network name, an id, {"of": CONTAINER} or {"ofEach": CONTAINERS}. For example: "bccg4gs4o4kgsowocw08wkw4".',
    ],
  ],
  [
    'an empty list of containers',
    ruleWith({ containers: [] }),
    [
      'attachments[0].containers: expected a container or a list of at least one; got [] (an array). For example: ["pms-backend"].',
    ],
  ],
  [
    'a number as container',
    ruleWith({ containers: [5] }),
    [
      'attachments[0].containers[0]: expected a container name, or an object with "label", "compose" or "coolify"; got 5 (a number). For example: "pms-backend".',
    ],
  ],
  [
    'null as containers',
    ruleWith({ containers: null }),
    [
      'attachments[0].containers: expected a container name, or an object with "label", "compose" or "coolify", or a list of these; got null. For example: ["pms-backend"].',
    ],
  ],
  [
    'an empty name',
    ruleWith({ containers: '' }),
    ['attachments[0].containers: expected a container name; got "" (empty). For example: "pms-backend".'],
  ],
  [
    'a leading slash',
    ruleWith({ containers: ['/pms-backend'] }),
    [
      'attachments[0].containers[0]: expected a container name; got "/pms-backend". Leave out the leading slash: write "pms-backend".',
    ],
  ],
  [
    'a name Docker could never have',
    ruleWith({ containers: 'pms backend' }),
    [
      'attachments[0].containers: expected a container name; got "pms backend". Container names consist of letters, digits, "_", "." and "-", and start with a letter or a digit; "*" matches any of these.',
    ],
  ],
  [
    'a name that begins with a dash',
    ruleWith({ containers: '-x' }),
    [
      'attachments[0].containers: expected a container name; got "-x". Container names consist of letters, digits, "_", "." and "-", and start with a letter or a digit; "*" matches any of these.',
    ],
  ],
  [
    'a space at the end of a name',
    ruleWith({ containers: 'pms-backend ' }),
    [
      'attachments[0].containers: expected a container name; got "pms-backend ". It starts or ends with a space: write "pms-backend".',
    ],
  ],
  [
    'a control character',
    ruleWith({ containers: 'pms\u001b[2J' }),
    [
      'attachments[0].containers: expected a container name; got "pms\\u001b[2J". It contains a control or invisible character: remove that.',
    ],
  ],
  [
    'a bidi override',
    ruleWith({ containers: 'pms\u202e' }),
    [
      'attachments[0].containers: expected a container name; got "pms\\u202e". It contains a control or invisible character: remove that.',
    ],
  ],
  [
    'a misspelt way',
    ruleWith({ containers: { lable: { a: 'b' } } }),
    ['attachments[0].containers.lable: unknown key. Did you mean "label"?'],
  ],
  [
    'no way',
    ruleWith({ containers: {} }),
    [
      'attachments[0].containers: expected one of {"label": {...}}, {"compose": "project/service"} and {"coolify": "name or uuid"}; got {} (an object). Write exactly one of "label", "compose" and "coolify".',
    ],
  ],
  [
    'two ways',
    ruleWith({ containers: { compose: 'a/b', coolify: 'c' } }),
    [
      'attachments[0].containers: expected one of {"label": {...}}, {"compose": "project/service"} and {"coolify": "name or uuid"}; got {"compose":"a/b","coolify":"c"} (an object). Write exactly one of "label", "compose" and "coolify".',
    ],
  ],
  [
    'a label that is no object',
    ruleWith({ containers: { label: 'a=b' } }),
    [
      'attachments[0].containers.label: expected labels and their values, at least one; got "a=b". For example: {"com.example.role":"web"}.',
    ],
  ],
  [
    'a label with a number',
    ruleWith({ containers: { label: { tier: 5 } } }),
    [
      'attachments[0].containers.label.tier: expected the value of the label, as a string; got 5 (a number). Write "5".',
    ],
  ],
  [
    'no labels',
    ruleWith({ containers: { label: {} } }),
    [
      'attachments[0].containers.label: expected labels and their values, at least one; got {} (an object). For example: {"com.example.role":"web"}.',
    ],
  ],
  [
    'compose without a service',
    ruleWith({ containers: { compose: 'shop' } }),
    [
      'attachments[0].containers.compose: expected a compose project and a service, "project/service"; got "shop". For example: "shop/backend".',
    ],
  ],
  [
    'coolify with a star',
    ruleWith({ containers: [{ coolify: 'pms-*' }] }),
    [
      'attachments[0].containers[0].coolify: expected the name or uuid of a Coolify resource; got "pms-*". Write the whole name: "*" is not allowed here.',
    ],
  ],
  [
    'a number as network',
    ruleWith({ network: 5 }),
    [
      'attachments[0].network: expected a network name, an id, {"of": CONTAINER} or {"ofEach": CONTAINERS}; got 5 (a number). For example: "bccg4gs4o4kgsowocw08wkw4".',
    ],
  ],
  [
    'the network host',
    ruleWith({ network: 'host' }),
    [
      'attachments[0].network: expected a network name, an id, {"of": CONTAINER} or {"ofEach": CONTAINERS}; got "host". "host" is not a network that a container can be connected to.',
    ],
  ],
  [
    'a network with a star',
    ruleWith({ network: 'bccg*' }),
    [
      'attachments[0].network: expected a network name, an id, {"of": CONTAINER} or {"ofEach": CONTAINERS}; got "bccg*". Write the whole name: "*" is not allowed here.',
    ],
  ],
  [
    'of nothing',
    ruleWith({ network: { of: null } }),
    [
      'attachments[0].network.of: expected a container name, or an object with "label", "compose" or "coolify"; got null. For example: "supabase-db".',
    ],
  ],
  [
    'of and ofEach',
    ruleWith({ network: { of: 'supabase-db', ofEach: 'pms-*' } }),
    [
      'attachments[0].network: expected one of {"of": CONTAINER} and {"ofEach": CONTAINERS}; got {"of":"supabase-db","ofEach":"pms-*"} (an object). Write exactly one of "of" and "ofEach".',
    ],
  ],
  [
    'a fixed address on each of several networks',
    ruleWith({ network: { ofEach: 'pms-*' }, ipv4: '10.0.0.5' }),
    ['attachments[0].ipv4: a fixed address fits one network only, but "ofEach" can mean several. Remove it.'],
  ],
  [
    'a network by its name that is to be left again',
    ruleWith({ leave: true }),
    ['attachments[0].leave: only what "ofEach" connected is ever left again. Remove it.'],
  ],
  [
    'labels without networks',
    { attachments: [], labels: {} },
    [
      'labels.networks: missing; expected a list of at least one network name, exact or with "*". For example: ["bccg*"].',
    ],
  ],
  [
    'labels for no network, and a prefix with a space',
    { attachments: [], labels: { networks: [], prefix: 'my labels' } },
    [
      'labels.networks: expected a list of at least one network name, exact or with "*"; got [] (an array). For example: ["bccg*"].',
      'labels.prefix: expected the first word of the labels; got "my labels". For example: "netheal".',
    ],
  ],
  [
    'off',
    ruleWith({ network: { off: 'supabase-db' } }),
    ['attachments[0].network.off: unknown key. Did you mean "of"?'],
  ],
  [
    'resolve is text',
    ruleWith({ resolve: 'supabase-db' }),
    ['attachments[0].resolve: expected a list of host names; got "supabase-db". For example: ["supabase-db"].'],
  ],
  [
    'resolve a URL',
    ruleWith({ resolve: ['http://supabase-db'] }),
    [
      'attachments[0].resolve[0]: expected a host name; got "http://supabase-db". Write the host name only, without "://" and what is around it.',
    ],
  ],
  [
    'resolve with a port',
    ruleWith({ resolve: ['supabase-db:5432'] }),
    [
      'attachments[0].resolve[0]: expected a host name; got "supabase-db:5432". Write the host name only: "supabase-db".',
    ],
  ],
  [
    'resolve an address',
    ruleWith({ resolve: ['10.0.0.1'] }),
    [
      'attachments[0].resolve[0]: expected a host name; got "10.0.0.1". An address needs no resolving: write a host name.',
    ],
  ],
  [
    'aliases on bridge',
    ruleWith({ network: 'bridge', aliases: ['db'] }),
    ['attachments[0].aliases: the default network "bridge" does not support aliases. Remove them.'],
  ],
  [
    'an alias with a space',
    ruleWith({ aliases: ['my db'] }),
    ['attachments[0].aliases[0]: expected a host name; got "my db". For example: "backend".'],
  ],
  [
    'half an address',
    ruleWith({ ipv4: '10.0.5' }),
    ['attachments[0].ipv4: expected an IPv4 address; got "10.0.5". For example: "10.0.5.20".'],
  ],
  [
    'an address with a mask',
    ruleWith({ ipv4: '10.0.5.20/24' }),
    ['attachments[0].ipv4: expected an IPv4 address; got "10.0.5.20/24". Write the address only: "10.0.5.20".'],
  ],
  [
    'a loopback address',
    ruleWith({ ipv4: '127.0.0.1' }),
    ['attachments[0].ipv4: expected an IPv4 address; got "127.0.0.1". No container can have that address.'],
  ],
  [
    'an address for several',
    ruleWith({ containers: 'pms-*', ipv4: '10.0.5.20' }),
    [
      'attachments[0].ipv4: a fixed address fits one container only, but this rule can match several. Remove it, or name one container without "*".',
    ],
  ],
  [
    'an address for a label',
    ruleWith({ containers: { label: { a: 'b' } }, ipv4: '10.0.5.20' }),
    [
      'attachments[0].ipv4: a fixed address fits one container only, but this rule can match several. Remove it, or name one container without "*".',
    ],
  ],
  [
    'an address on bridge',
    ruleWith({ network: 'bridge', ipv4: '10.0.5.20' }),
    ['attachments[0].ipv4: the default network "bridge" does not support fixed addresses. Remove it.'],
  ],
  [
    'a broken priority',
    ruleWith({ gatewayPriority: 0.5 }),
    [
      'attachments[0].gatewayPriority: expected a whole number from -32768 to 32767; got 0.5 (a number). For example: -1.',
    ],
  ],
  [
    'a priority out of range',
    ruleWith({ gatewayPriority: 1e9 }),
    [
      'attachments[0].gatewayPriority: expected a whole number from -32768 to 32767; got 1000000000 (a number). For example: -1.',
    ],
  ],
  [
    'a quoted priority',
    ruleWith({ gatewayPriority: '-1' }),
    [
      'attachments[0].gatewayPriority: expected a whole number from -32768 to 32767; got "-1". Write -1 without quotes.',
    ],
  ],
  [
    'restart true',
    ruleWith({ restart: true }),
    [
      'attachments[0].restart: expected "never", "after-attach", "if-unresolved" or {"when": ...}; got true (a boolean). For example: "never".',
    ],
  ],
  [
    'restart misspelt',
    ruleWith({ restart: 'if-unresolvd' }),
    [
      'attachments[0].restart: expected "never", "after-attach", "if-unresolved" or {"when": ...}; got "if-unresolvd". Did you mean "if-unresolved"?',
    ],
  ],
  [
    'restart without when',
    ruleWith({ restart: { cooldown: '5m' } }),
    [
      'attachments[0].restart.when: missing; expected "never", "after-attach" or "if-unresolved". For example: "never".',
    ],
  ],
  [
    'restart in vain',
    ruleWith({ restart: 'if-unresolved' }),
    [
      'attachments[0].restart: "if-unresolved" needs names to resolve. Add for example "resolve": ["supabase-db"] beside it.',
    ],
  ],
  [
    'a misspelt key of restart',
    ruleWith({ restart: { when: 'never', maxperhour: 1 } }),
    ['attachments[0].restart.maxperhour: unknown key. Did you mean "maxPerHour"?'],
  ],
  [
    'too many an hour',
    ruleWith({ restart: { when: 'never', maxPerHour: 0 } }),
    ['attachments[0].restart.maxPerHour: expected a whole number from 1 to 60; got 0 (a number). For example: 4.'],
  ],
  [
    'a number as cooldown',
    ruleWith({ restart: { when: 'never', cooldown: 300 } }),
    [
      'attachments[0].restart.cooldown: expected a duration from 0s to 7d; got 300 (a number). A number needs a unit: write "300s" for seconds or "300m" for minutes.',
    ],
  ],
  [
    'repair in words',
    ruleWith({ repair: 'yes' }),
    ['attachments[0].repair: expected true or false; got "yes". For example: true.'],
  ],
  [
    'repair quoted',
    ruleWith({ repair: 'false' }),
    ['attachments[0].repair: expected true or false; got "false". Write false without quotes.'],
  ],
  [
    'onLoop misspelt',
    ruleWith({ onLoop: 'backoff' }),
    ['attachments[0].onLoop: expected "heal" or "back-off"; got "backoff". Did you mean "back-off"?'],
  ],
  [
    'container for containers',
    ruleWith({ container: 'a' }),
    ['attachments[0].container: unknown key. Did you mean "containers"?'],
  ],
  [
    '__proto__',
    ruleWith(JSON.parse('{"__proto__": {}}')),
    [
      'attachments[0].__proto__: unknown key. Valid keys: containers, network, resolve, aliases, ipv4, ipv6, gatewayPriority, restart, repair, onLoop, onDeploy, reach, onUnreachable, drift, leave.',
    ],
  ],
  [
    'a target without a port',
    ruleWith({ reach: ['supabase-db'] }),
    ['attachments[0].reach[0]: expected a host and a port; got "supabase-db". Add the port: "supabase-db:5432".'],
  ],
  [
    'a target as a URL',
    ruleWith({ reach: ['postgres://supabase-db:5432/postgres'] }),
    [
      'attachments[0].reach[0]: expected a host and a port; got "postgres://supabase-db:5432/postgres". Write host and port only, without "://" and what is around it.',
    ],
  ],
  [
    'a target whose port is none',
    ruleWith({ reach: ['supabase-db:70000'] }),
    [
      'attachments[0].reach[0]: expected a host and a port; got "supabase-db:70000". A port is a number from 1 to 65535.',
    ],
  ],
  [
    'an IPv6 address with a prefix length',
    ruleWith({ ipv6: 'fd00:5::20/64' }),
    ['attachments[0].ipv6: expected an IPv6 address; got "fd00:5::20/64". Write the address only: "fd00:5::20".'],
  ],
  [
    'a remedy for what nothing asks for',
    ruleWith({ onUnreachable: 'reattach' }),
    [
      'attachments[0].onUnreachable: "reattach" needs something to reach. Add for example "reach": ["supabase-db:5432"] beside it.',
    ],
  ],
  [
    'a proof every second',
    fileWith({ watch: { prove: '1s' } }),
    ['watch.prove: expected a duration from 10s to 1d; got "1s". For example: "10m".'],
  ],
  [
    'both off',
    fileWith({ watch: { events: false, poll: false } }),
    [
      'watch: events and poll are both off, so nothing would ever wake netheal. Write "events": true, or "poll": "*/2 * * * *".',
    ],
  ],
  [
    'poll true',
    fileWith({ watch: { poll: true } }),
    ['watch.poll: expected a cron expression in quotes, or false; got true (a boolean). For example: "*/2 * * * *".'],
  ],
  [
    'poll a number',
    fileWith({ watch: { poll: 2 } }),
    ['watch.poll: expected a cron expression in quotes, or false; got 2 (a number). For example: "*/2 * * * *".'],
  ],
  [
    'poll with four fields',
    fileWith({ watch: { poll: '*/2 * * *' } }),
    [
      'watch.poll: expected a cron expression; got "*/2 * * *". It has 4 fields; a cron expression has five: minute, hour, day, month, weekday. For example: "*/2 * * * *".',
    ],
  ],
  [
    'poll in hour 25',
    fileWith({ watch: { poll: '0 25 * * *' } }),
    ['watch.poll: expected a cron expression; got "0 25 * * *". The hour has "25": it must be from 0 to 23.'],
  ],
  [
    'poll a macro',
    fileWith({ watch: { poll: '@hourly' } }),
    ['watch.poll: expected a cron expression; got "@hourly". Write "0 * * * *".'],
  ],
  [
    'poll on a day that never comes',
    fileWith({ watch: { poll: '0 0 30 2 *' } }),
    [
      'watch.poll: expected a cron expression; got "0 0 30 2 *". There is no day 30 in the given months: this would never run.',
    ],
  ],
  [
    'poll "false"',
    fileWith({ watch: { poll: 'false' } }),
    ['watch.poll: expected a cron expression; got "false". Write false without quotes.'],
  ],
  ['loop misspelt', fileWith({ loop: { whitin: '15m' } }), ['loop.whitin: unknown key. Did you mean "within"?']],
  [
    'one detach',
    fileWith({ loop: { detaches: 1 } }),
    ['loop.detaches: expected a whole number from 2 to 1000; got 1 (a number). For example: 3.'],
  ],
  [
    'a bare number',
    fileWith({ loop: { within: 15 } }),
    [
      'loop.within: expected a duration from 1s to 7d; got 15 (a number). A number needs a unit: write "15s" for seconds or "15m" for minutes.',
    ],
  ],
  [
    'a bare number in quotes',
    fileWith({ loop: { within: '15' } }),
    [
      'loop.within: expected a duration from 1s to 7d; got "15". A number needs a unit: write "15s" for seconds or "15m" for minutes.',
    ],
  ],
  [
    'a duration in two units',
    fileWith({ loop: { within: '1h30m' } }),
    ['loop.within: expected a duration from 1s to 7d; got "1h30m". Write "90m".'],
  ],
  [
    'a duration in words',
    fileWith({ loop: { clearAfter: '15 minutes' } }),
    ['loop.clearAfter: expected a duration from 1s to 30d; got "15 minutes". Write "15m".'],
  ],
  [
    'zero',
    fileWith({ loop: { clearAfter: '0s' } }),
    ['loop.clearAfter: expected a duration from 1s to 30d; got "0s". For example: "15m".'],
  ],
  [
    'a relative path',
    fileWith({ log: { directory: 'logs' } }),
    ['log.directory: expected an absolute path; got "logs". It must begin with "/". For example: "/var/log/netheal".'],
  ],
  [
    'a home',
    fileWith({ log: { directory: '~/logs' } }),
    [
      'log.directory: expected an absolute path; got "~/logs". "~" is not expanded here. For example: "/var/log/netheal".',
    ],
  ],
  [
    'a path upwards',
    fileWith({ state: { directory: '/var/../tmp' } }),
    ['state.directory: expected an absolute path; got "/var/../tmp". Write it without "..".'],
  ],
  [
    'an unknown format',
    fileWith({ log: { format: 'xml' } }),
    ['log.format: expected "text" or "json"; got "xml". For example: "text".'],
  ],
  [
    'a size without a unit',
    fileWith({ log: { maxSize: 10 } }),
    ['log.maxSize: expected a size from 4k to 10g; got 10 (a number). A number needs a unit: write "10k" or "10m".'],
  ],
  [
    'a size in MB',
    fileWith({ log: { maxSize: '10 MB' } }),
    ['log.maxSize: expected a size from 4k to 10g; got "10 MB". Write "10m".'],
  ],
  [
    'a size too small',
    fileWith({ log: { maxSize: '1k' } }),
    ['log.maxSize: expected a size from 4k to 10g; got "1k". For example: "10m".'],
  ],
  [
    'none kept',
    fileWith({ log: { keep: 0 } }),
    ['log.keep: expected a whole number from 1 to 1000; got 0 (a number). For example: 5.'],
  ],
  [
    'an hour without a zero',
    fileWith({ heartbeat: { at: '9:00' } }),
    ['heartbeat.at: expected a time of the day in UTC, HH:MM; got "9:00". Write "09:00".'],
  ],
  [
    'hour 24',
    fileWith({ heartbeat: { at: '24:00' } }),
    ['heartbeat.at: expected a time of the day in UTC, HH:MM; got "24:00". For example: "00:00".'],
  ],
  [
    'a section that is text',
    fileWith({ log: '/var/log' }),
    ['log: expected an object; got "/var/log". For example: {"directory":"/var/log/netheal"}.'],
  ],
  [
    'a section that is null',
    fileWith({ lock: null }),
    ['lock: expected an object; got null. For example: {"directory":"/run/netheal"}.'],
  ],
  [
    'a bare socket',
    fileWith({ docker: { host: '/run/docker.sock' } }),
    [
      'docker.host: expected the address of the engine: unix://, tcp:// or ssh://; got "/run/docker.sock". Write "unix:///run/docker.sock".',
    ],
  ],
  [
    'no scheme',
    fileWith({ docker: { host: '10.0.0.5:2375' } }),
    [
      'docker.host: expected the address of the engine: unix://, tcp:// or ssh://; got "10.0.0.5:2375". Write "tcp://10.0.0.5:2375".',
    ],
  ],
  [
    'http',
    fileWith({ docker: { host: 'http://10.0.0.5:2375' } }),
    [
      'docker.host: expected the address of the engine: unix://, tcp:// or ssh://; got "http://10.0.0.5:2375". Write "tcp://10.0.0.5:2375".',
    ],
  ],
  [
    'npipe',
    fileWith({ docker: { host: 'npipe:////./pipe/docker_engine' } }),
    [
      'docker.host: expected the address of the engine: unix://, tcp:// or ssh://; got "npipe:////./pipe/docker_engine". "npipe://" is not one of unix://, tcp:// and ssh://. For example: "unix:///var/run/docker.sock".',
    ],
  ],
  [
    'a relative socket',
    fileWith({ docker: { host: 'unix://docker.sock' } }),
    [
      'docker.host: expected the address of the engine: unix://, tcp:// or ssh://; got "unix://docker.sock". The path must be absolute. For example: "unix:///var/run/docker.sock".',
    ],
  ],
  [
    'a password',
    fileWith({ docker: { host: 'ssh://a:b@h' } }),
    [
      'docker.host: expected the address of the engine: unix://, tcp:// or ssh://; got "ssh://a:***@h". A password is not allowed here. For example: "ssh://user@10.0.0.5".',
    ],
  ],
  [
    'a path after the port',
    fileWith({ docker: { host: 'tcp://h:1/x' } }),
    [
      'docker.host: expected the address of the engine: unix://, tcp:// or ssh://; got "tcp://h:1/x". Nothing may follow the host and port. For example: "tcp://10.0.0.5:2376".',
    ],
  ],
  [
    'TLS on a socket',
    fileWith({ docker: { tls: {} } }),
    ['docker.tls: TLS needs a tcp:// host. Remove it, or change "host".'],
  ],
  [
    'half a certificate',
    fileWith({ docker: { host: 'tcp://h', tls: { cert: '/a' } } }),
    ['docker.tls: "cert" and "key" belong together. Add "key".'],
  ],
  [
    'an impatient deadline',
    fileWith({ docker: { timeout: '500ms' } }),
    ['docker.timeout: expected a duration from 1s to 5m; got "500ms". For example: "10s".'],
  ],
  [
    'an endless deadline',
    fileWith({ docker: { timeout: '10m' } }),
    ['docker.timeout: expected a duration from 1s to 5m; got "10m". For example: "10s".'],
  ],
  ['a key of another section', fileWith({ poll: '* * * * *' }), ['poll: unknown key. It belongs in "watch".']],
  [
    'a key of an attachment at the top',
    fileWith({ network: 'n' }),
    ['network: unknown key. It belongs in "attachments".'],
  ],
  [
    'a key near to nothing',
    fileWith({ frobnicate: 1 }),
    [
      'frobnicate: unknown key. Valid keys: attachments, labels, watch, loop, log, heartbeat, state, lock, docker, notify, metrics, http, diagnose.',
    ],
  ],
  [
    'a key with an escape sequence',
    fileWith({ '\u001b[31m': 1 }),
    [
      '["\\u001b[31m"]: unknown key. Valid keys: attachments, labels, watch, loop, log, heartbeat, state, lock, docker, notify, metrics, http, diagnose.',
    ],
  ],
  [
    'a number as $schema',
    fileWith({ $schema: 5 }),
    ['$schema: expected the path of config.schema.json; got 5 (a number). For example: "./config.schema.json".'],
  ],
  [
    'a very long value',
    fileWith({ log: { format: 'x'.repeat(500) } }),
    [
      'log.format: expected "text" or "json"; got "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…". For example: "text".',
    ],
  ],
]

describe('a bad config', () => {
  test.each(CASES)('a bad config is told: %s', (_, config, lines) => {
    const checked = check(config, () => ({ kind: 'file', name: '/etc/netheal/config.json' }))
    expect(checked.kind === 'bad' ? checked.problems.map(problemText) : []).toEqual(lines)
  })
})
