// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's own variables
// A script read as text: by line, for those who ask what a line does; the tuples behind it are in tuples.test.ts.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linesOf, NO_SURROUNDINGS, readScript } from '../../src/host/script.ts'
import { script } from './fake-root.ts'

const NETWORK = 'bccg4gs4o4kgsowocw08wkw4'
const BOTH = ['pms-backend', 'pms-worker-v2']

/** `LINE KIND CONTAINERS | NETWORKS | UNRESOLVED` of each line. */
function shortly(text: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): string[] {
  const values = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, [value]]))
  return linesOf(readScript(text, { ...NO_SURROUNDINGS, args: args.map(a => [a]), env: values }).calls).map(
    l => `${l.line} ${l.kind} ${l.containers.join(',')} | ${l.networks.join(',')} | ${l.unresolved.join(',')}`,
  )
}

describe('the scripts that operators have', () => {
  test('a script that operators have: an array, a function with arguments, a restart', async () => {
    const { calls, outputs, variables } = readScript(await script('pms_ensure_supabase_net.sh'))
    const lines = linesOf(calls)
    expect(lines).toMatchObject([
      { line: 27, kind: 'connect', containers: BOTH, networks: [NETWORK], unresolved: [] },
      { line: 34, kind: 'restart', containers: BOTH, networks: [], unresolved: [] },
    ])
    expect(lines[0]?.text).toBe('if docker network connect "$SUPABASE_NETWORK" "$container"; then')
    expect(outputs).toEqual(['/var/log/pms_ensure_supabase_net.ok'])
    expect(variables.get('LOG_FILE')).toEqual(['/var/log/pms_ensure_supabase_net.log'])
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
    const { calls, wanted } = readScript(await script('attach-from-env.sh'))
    const lines = linesOf(calls)
    expect(wanted[0]).toBe('/etc/pms/network.env')
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
    expect(linesOf(readScript(await script('attach.py')).calls)).toMatchObject([
      { line: 5, kind: 'connect', containers: [], unresolved: ['names in a script that is not a shell script'] },
    ])
  })
})

describe('what a line does', () => {
  test.for([
    ['docker network connect --ip 10.0.0.5 --alias=x --alias y net app', 'connect app | net | '],
    ['docker -H unix:///run/d.sock network disconnect -f net app', 'disconnect app | net | '],
    ['/usr/bin/docker restart -t 5 a b', 'restart a,b |  | '],
    ['docker container stop a', 'stop a |  | '],
    ['docker rm -f a', 'remove a |  | '],
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
    ['curl --unix-socket /run/docker.sock -XPOST http://d/images/prune', 'engine-call  |  | '],
    ['{ docker restart app; } 2>&1 | logger', 'restart app |  | '],
    ['(cd /srv; docker restart app) &', 'restart app |  | '],
    ['until docker restart app; do sleep 1; done', 'restart app |  | '],
    ['[ "$(docker restart "app")" = app ] || exit', 'restart app |  | '],
    ['for c in $(docker ps -q); do docker restart "$c"; done', 'restart  |  | $(docker ps -q)'],
    ['c=app; docker restart "${c:?}" "$c-2" ${c%x*y}', 'restart app,app-2 |  | ${c%x*y}'],
    ['f() { docker restart "$@"; }; f a b; f c', 'restart a,b,c |  | '],
    ['function f { docker restart "$1"; }\nf a', 'restart a |  | '],
    ['X="${X:-app}"; docker restart $X', 'restart app |  | '],
    ['A=$B; B=$A; docker restart $A', 'restart  |  | $B'],
    ['docker restart a; ssh other docker restart b', 'restart a |  | '],
    ['docker restart {} "" "-x y"', 'restart  |  | {}'],
  ] as const)('what a line of a script does: %s', ([text, expected]) => {
    expect(shortly(text).map(l => l.replace(/^\d+ /, ''))).toEqual([expected])
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
    const line = (text: string): string => readScript(`docker restart app; ${text}`).calls[0]?.text ?? ''
    expect(line('curl https://user:s3cret@host/x')).not.toContain('s3cret')
    expect(line('curl -H "Authorization: Bearer s3cret"')).not.toContain('s3cret')
    expect(line('PGPASSWORD=s3cret psql')).not.toContain('s3cret')
    expect(line(`curl -u me:s3cret host`)).not.toContain('s3cret')
    expect(line('x'.repeat(5_000)).length).toBeLessThanOrEqual(200)
  })
})

describe('a script in another language', () => {
  const kinds = (...lines: readonly string[]) => readScript(lines.join('\n')).calls.map(c => `${c.line} ${c.command}`)

  test.for([
    [
      'Python, its library',
      ['#!/usr/bin/env python3', 'import docker', 'for c in docker.from_env().containers.list():', '  c.restart()'],
      '4 restart',
    ],
    ['Python, a command', ['#!/usr/bin/python3', 'subprocess.run(["docker", "restart", name])'], '2 restart'],
    ['Perl', ['#!/usr/bin/perl', 'system("docker restart pms-backend");'], '2 restart'],
    [
      'Node, its library',
      ['#!/usr/bin/env node', "const D = require('dockerode')", 'await new D().getContainer(id).restart()'],
      '3 restart',
    ],
    ['Node, a command', ['#!/usr/bin/node', 'execSync(`docker network connect ${n} ${c}`)'], '2 connect'],
    [
      'its socket, in words that are not known',
      ['#!/usr/bin/python3', 's = open_unix("/var/run/docker.sock")', 's.send(what)'],
      '2 engine-call',
    ],
  ] as const)('%s', ([, lines, expected]) => {
    expect(kinds(...lines)).toEqual([expected])
  })

  test.for([
    [
      'only looks',
      ['#!/usr/bin/python3', 'import docker', 'print([c.name for c in docker.from_env().containers.list()])'],
    ],
    ['only looks, by command', ['#!/usr/bin/perl', 'my $x = `docker ps -q`;']],
    ['only speaks of it', ['#!/usr/bin/python3', '# docker restart app', 'print("docker restart app")']],
    ['has to do with something else', ['#!/usr/bin/python3', 'server.restart()']],
  ] as const)('one that %s', ([, lines]) => {
    expect(kinds(...lines)).toEqual([])
  })
})

describe('a script that was made to hurt', () => {
  test('a script that was made to hurt: whatever stands in it, every call has a line of it', () => {
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
      ...['while read a', 'eval ', 'f', 'if ', 'then ', 'fi', 'case a in ', 'esac', ';;', '<<<', 'shift', '[[ ', ' ]]'],
    )
    const text = fc.oneof(
      fc.array(pieces, { maxLength: 40 }).map(all => all.join('')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(text, script => {
        const lines = script.split('\n').length
        for (const { line } of readScript(script).calls) {
          expect(line).toBeGreaterThan(0)
          expect(line).toBeLessThanOrEqual(lines)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  const SIZE = 64 * 1024
  const upTo = (piece: string): string => piece.repeat(Math.ceil(SIZE / piece.length)).slice(0, SIZE)

  test.for([
    ['quotes', upTo('"$(')],
    ['braces', upTo('${a:-')],
    ['parentheses', upTo('(')],
    ['backticks', upTo('`')],
    ['arrays in arrays', upTo('A=(')],
    ['functions in functions', upTo('f(){ ')],
    ['spaces', `A=x${' '.repeat(SIZE)}x`],
    ['spaces and another line end', upTo(' \u2028')],
    ['braces of choices', `docker restart ${'{a,b}'.repeat(2_000)}`],
    ['no end', `docker restart "app`],
    ['no end of an array', 'A=(a b "c'],
    ['stray closers', '}}}} )))) ;; esac fi done'],
    ['bytes', String.fromCharCode(...Array.from({ length: 2_000 }, (_, i) => 1 + ((i * 7919) % 65_000)))],
    ['calls without an end', 'f() { f; f; }; f; docker restart last'],
    ['texts in texts', `A='eval "$A"'; eval "$A"`],
    ['branches', `${'if a; then X=$X$X; else Y=$Y$X; fi\n'.repeat(500)}docker restart last`],
    ['a loop without an end', 'while :; do docker restart app; done'],
    [
      'doublings',
      `${Array.from({ length: 60 }, (_, i) => `v${60 - i}="$v${61 - i}$v${61 - i}xx"`).join('\n')}\ndocker restart $v1`,
    ],
    ['products', `A=(a b c d e f g h)\ndocker restart ${'${A[@]}'.repeat(30)}`],
    ['loops in loops', `${'for a in 1 2 3 4 5 6 7 8 9; do '.repeat(20)}docker restart $a; ${'done;'.repeat(20)}`],
  ] as const)('a script that was made to hurt: %s: what stands before it is found, and it ends', ([, text]) => {
    // One that takes a power of its length ends at the deadline of the test.
    expect(readScript(`docker restart first\n${text}`).calls[0]).toMatchObject({ line: 1 })
  })

  test('a script that was made to hurt: that it was too much is said', () => {
    expect(readScript('f() { f; f; }; f').unclear.join()).toContain('not read to its end')
    expect(
      readScript(`${'for a in 1 2 3 4 5 6 7 8 9; do '.repeat(20)}x; ${'done;'.repeat(20)}`).unclear.join(),
    ).toContain('not read to its end: it takes more than')
    // It prints settings.
    expect(readScript('eval $(apt-config shell A B)').unclear).toEqual([])
    expect(readScript('"$RUN_THIS" now').unclear).toEqual(['line 1 runs $RUN_THIS, and what that is was not found'])
  })
})
