// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's own variables
// A script read as text: which lines touch containers, with which names, and what could not be told.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readScript } from '../../src/host/script.ts'
import { script } from './fake-root.ts'

const NETWORK = 'bccg4gs4o4kgsowocw08wkw4'
const BOTH = ['pms-backend', 'pms-worker-v2']

/** `LINE KIND CONTAINERS | NETWORKS | UNRESOLVED` of each line. */
function shortly(text: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): string[] {
  return readScript(text, { args, env, files: [] }).lines.map(
    l => `${l.line} ${l.kind} ${l.containers.join(',')} | ${l.networks.join(',')} | ${l.unresolved.join(',')}`,
  )
}

describe('the scripts that operators have', () => {
  test('a script that operators have: an array, a function with arguments, a restart', async () => {
    const { lines, outputs, variables } = readScript(await script('pms_ensure_supabase_net.sh'))
    expect(lines).toMatchObject([
      { line: 27, kind: 'connect', containers: BOTH, networks: [NETWORK], unresolved: [] },
      { line: 34, kind: 'restart', containers: BOTH, networks: [], unresolved: [] },
    ])
    expect(lines[0]?.text).toBe('if docker network connect "$SUPABASE_NETWORK" "$container"; then')
    expect(outputs).toEqual(['/var/log/pms_ensure_supabase_net.ok'])
    expect(variables.get('LOG_FILE')?.values).toEqual(['/var/log/pms_ensure_supabase_net.log'])
  })

  test('a script that operators have: one container, given as an argument, on a network with a default', async () => {
    const text = await script('pms-ensure-network.sh')
    expect(shortly(text, ['pms-backend'])).toEqual([
      `10 connect pms-backend | ${NETWORK} | `,
      '10 restart pms-backend |  | ',
    ])
    expect(shortly(text, ['pms-backend'], { NETWORK_NAME: 'other' })[0]).toBe('10 connect pms-backend | other | ')
    expect(shortly(text)[0]).toBe(`10 connect  | ${NETWORK} | $1`)
  })

  test('a script that operators have: names in one string, docker in a variable, behind timeout and sudo, its output caught', async () => {
    const text = await script('pms-network-attach.sh')
    expect(shortly(text)).toEqual([`9 connect ${BOTH.join(',')} | ${NETWORK} | `])
    expect(readScript(text).outputs).toEqual(['/var/log/pms/network.log'])
  })

  test('a script that operators have: variables of another file are said to be missing, and from where', async () => {
    const { lines, sources } = readScript(await script('attach-from-env.sh'))
    expect(sources[0]).toBe('/etc/pms/network.env')
    expect(lines.map(l => [l.line, l.kind, l.containers, l.networks])).toEqual([
      [7, 'connect', ['pms-cron'], []],
      [9, 'connect', [], [NETWORK]],
    ])
    expect(lines[0]?.unresolved.join()).toMatch(
      /\$SUPABASE_NETWORK \(from \/etc\/pms\/network\.env.*\?\),\$PMS_CONTAINERS/,
    )
    expect(lines[1]?.unresolved).toEqual(['$(docker ps -q --filter name=pms-beat)'])
  })

  test('a script that operators have: another language: the words, but not the names', async () => {
    expect(readScript(await script('attach.py')).lines).toMatchObject([
      { line: 5, kind: 'connect', containers: [], unresolved: ['names in a script that is not a shell script'] },
    ])
  })
})

describe('what a line does', () => {
  test.for([
    ['docker network connect net app', 'connect app | net | '],
    ['docker network connect --ip 10.0.0.5 --alias=x --alias y net app', 'connect app | net | '],
    ['docker -H unix:///run/d.sock network disconnect -f net app', 'disconnect app | net | '],
    ['/usr/bin/docker restart -t 5 a b', 'restart a,b |  | '],
    ['docker container stop a', 'stop a |  | '],
    ['docker start a', 'start a |  | '],
    ['docker kill -s HUP a', 'kill a |  | '],
    ['docker rm -f a', 'remove a |  | '],
    ['docker restart $(docker ps -q)', 'restart  |  | $(docker ps -q)'],
    ['docker restart `docker ps -q`', 'restart  |  | $(docker ps -q)'],
    ['docker compose -f /srv/app/compose.yml up -d --force-recreate api', 'compose-up api |  | '],
    ['docker-compose -p app restart', 'compose-restart  |  | '],
    ['docker compose down', 'compose-down  |  | '],
    ['docker network rm net', 'network-remove  | net | '],
    ['docker network prune -f', 'prune  |  | '],
    ['docker system prune -af --volumes --filter until=24h', 'prune  |  | '],
    ['docker container prune --force', 'prune  |  | '],
    ['systemctl restart docker.service', 'engine-restart  |  | '],
    ['service docker restart', 'engine-restart  |  | '],
    [
      `curl -s --unix-socket /var/run/docker.sock -X POST http://localhost/v1.41/containers/app/restart`,
      'restart app |  | ',
    ],
    [
      `curl --unix-socket /run/docker.sock -d '{"Container": "app"}' -H "Content-Type: application/json" http://d/networks/net/connect`,
      'connect app | net | ',
    ],
    ['curl --unix-socket /run/docker.sock -XPOST http://d/images/prune', 'engine-call  |  | '],
    ['docker ps -q | xargs -r -n 1 docker network connect net', 'connect  | net | '],
    [`bash -c 'docker restart app'`, 'restart app |  | '],
    [`sudo -u root sh -xc "cd /x && docker restart app"`, 'restart app |  | '],
    ['flock -n /tmp/lock docker restart app', 'restart app |  | '],
    [`flock /tmp/lock -c 'docker restart app'`, 'restart app |  | '],
    ['env A=b timeout -k 5 30 nice -n 10 docker restart app', 'restart app |  | '],
    ['{ docker restart app; } 2>&1 | logger', 'restart app |  | '],
    ['(cd /srv; docker restart app) &', 'restart app |  | '],
    ['until docker restart app; do sleep 1; done', 'restart app |  | '],
    ['[ "$(docker restart "app")" = app ] || exit', 'restart app |  | '],
    ['for c in $(docker ps -q); do docker restart "$c"; done', 'restart  |  | $(docker ps -q)'],
    ['while read -r c; do docker restart "$c"; done < list', 'restart  |  | $c'],
    ['c=app; docker restart "${c:?}" "$c-2" ${c%x}', 'restart app,app-2 |  | ${c%x}'],
    ['A=(a b); A+=(c); docker restart "${A[@]}"', 'restart a,b,c |  | '],
    ['export C="a b"; docker restart $C', 'restart a,b |  | '],
    ['f() { docker restart "$@"; }; f a b; f c', 'restart a,b,c |  | '],
    ['function f { docker restart "$1"; }\nf a', 'restart a |  | '],
    ['X="${X:-app}"; docker restart $X', 'restart app |  | '],
    ['A=$B; B=$A; docker restart $A', 'restart  |  | $A'],
  ] as const)('what a line of a script does: %s', ([text, expected]) => {
    expect(shortly(text).map(l => l.replace(/^\d+ /, ''))).toEqual([expected])
  })

  test.for([
    ['docker ps; docker inspect app; docker network inspect net; docker logs app'],
    ['# docker restart app'],
    ['echo "docker restart app"'],
    ["cat <<'EOF'\ndocker restart app\nEOF"],
    ['cat <<-EOF\n\tdocker restart app\n\tEOF'],
    ['curl -s --unix-socket /var/run/docker.sock http://localhost/containers/json'],
    ['systemctl restart nginx'],
    ["log 'do not docker restart app'"],
  ] as const)('a line of a script that does nothing: %s', ([text]) => {
    expect(shortly(text)).toEqual([])
  })
})

describe('the text of a line', () => {
  test("the text of a script's line has its number, also behind continuations, quotes over several lines and here-documents", () => {
    const text = [
      '#!/bin/sh',
      'A="one',
      'two"',
      'cat <<EOF >/dev/null',
      'x',
      'EOF',
      'docker network \\',
      '  connect net app',
      'B="$(',
      '  docker restart app',
      ')"',
    ].join('\n')
    expect(shortly(text).map(l => l.split(' ').slice(0, 2).join(' '))).toEqual(['7 connect', '10 restart'])
  })

  test("the text of a script's line does not show what looks like a secret", () => {
    const line = (text: string): string => readScript(`docker restart app; ${text}`).lines[0]?.text ?? ''
    expect(line('curl https://user:s3cret@host/x')).not.toContain('s3cret')
    expect(line('curl -H "Authorization: Bearer s3cret"')).not.toContain('s3cret')
    expect(line('PGPASSWORD=s3cret psql')).not.toContain('s3cret')
    expect(line(`curl -u me:s3cret host`)).not.toContain('s3cret')
    expect(line('x'.repeat(5_000)).length).toBeLessThanOrEqual(200)
  })
})

describe('a script that was made to hurt', () => {
  test('a script that was made to hurt: whatever stands in it, it is read to its end', () => {
    const pieces = fc.constantFrom(
      ...[
        'docker restart a',
        '$(',
        ')',
        '${',
        '}',
        '"',
        "'",
        '`',
        '\\',
        '\n',
        '<<E',
        'E\n',
        '(',
        '{ ',
        '; }',
        'f()',
        '$1',
      ],
      ...[
        'A=(',
        'A+=',
        'for c in ',
        '; do ',
        'done',
        'sh -c ',
        '|',
        '&',
        '#',
        ' ',
        '$A',
        '${A[@]}',
        ':-',
        '>>',
        '\u0000',
      ],
    )
    const text = fc.oneof(
      fc.array(pieces, { maxLength: 40 }).map(all => all.join('')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(text, script => {
        const lines = script.split('\n').length
        for (const { line } of readScript(script).lines) {
          expect(line).toBeGreaterThan(0)
          expect(line).toBeLessThanOrEqual(lines)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test.for([
    ['quotes', '"$('.repeat(80_000)],
    ['braces', `${'${a:-'.repeat(40_000)}`],
    ['parentheses', '('.repeat(200_000)],
    ['backticks', '`'.repeat(100_001)],
    ['no end', `docker restart "app`],
    ['no end of an array', 'A=(a b "c'],
    ['stray closers', '}}}} )))) ;; esac fi done'],
    ['bytes', String.fromCharCode(...Array.from({ length: 2_000 }, (_, i) => 1 + ((i * 7919) % 65_000)))],
    [
      'doublings',
      `${Array.from({ length: 60 }, (_, i) => `v${i}="$v${i + 1}$v${i + 1}$v${i + 1}"`).join('\n')}\ndocker restart $v0`,
    ],
    ['products', `${'A=(a b c d e f g h)\n'}docker restart ${'"${A[@]}'.repeat(1)}${'${A[@]}'.repeat(30)}"`],
  ] as const)('a script that was made to hurt: %s: read to its end', ([, text]) => {
    // One that takes a power of its length ends at the deadline of the test.
    expect(readScript(`docker restart first\n${text}`).lines[0]).toMatchObject({ line: 1 })
  })
})
