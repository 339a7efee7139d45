// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's own variables
// Scripts as people write them, each with the tuples that it means. To add one: its text, and what bash would hand to docker.
import { describe, expect, test } from 'vitest'
import type { Part, ScriptCall } from '../../src/host/call.ts'
import { NO_SURROUNDINGS, readScript, type Surroundings } from '../../src/host/script.ts'
import type { FileText } from '../../src/shell/machine.ts'

interface Given {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
}

function tuplesOf(text: string, { args, env = {}, files = {} }: Given = {}): readonly string[] {
  const around: Surroundings = {
    ...NO_SURROUNDINGS,
    file: '/opt/x/attach.sh',
    args: args?.map(a => [a]) ?? null,
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, [value]])),
    files: new Map(Object.entries(files).map(([file, text]): [string, FileText] => [file, { kind: 'text', text }])),
  }
  return [...new Set(readScript(text, around).calls.map(tuple))]
}

/** `LINE COMMAND NETWORK CONTAINER ...`; what is not known stands behind a `?`, with its own line where that is another. */
function tuple({
  line,
  command,
  network,
  container,
  aliases,
  address,
  address6,
  options,
  host,
  file,
}: ScriptCall): string {
  const part = (p: Part | null): string | null => {
    if (p === null || p.kind === 'known') return p?.value ?? null
    return `?${p.text}${p.line === line ? '' : `@${p.line}`}`
  }
  const words = [
    file === '/opt/x/attach.sh' ? null : (file ?? null),
    `${line} ${command}`,
    part(network),
    part(container),
    ...aliases.map(a => `alias=${part(a)}`),
    address === null ? null : `ip=${part(address)}`,
    address6 === null ? null : `ip6=${part(address6)}`,
    ...options,
    host === null ? null : `host=${part(host)}`,
  ]
  return words.filter(w => w !== null).join(' ')
}

/** What is said of names in another language. */
const OTHER = 'names in a script that is not a shell script'

type Row = readonly [what: string, script: string, tuples: readonly string[], given?: Given]

const WRONG_BEFORE: readonly Row[] = [
  [
    'a function that is called twice',
    'attach(){ docker network connect "$1" "$2"; }; attach supabase_net api; attach billing_net worker',
    ['1 connect supabase_net api', '1 connect billing_net worker'],
  ],
  [
    'variables that are assigned again',
    'NET=a; C=x; docker network connect $NET $C; NET=b; C=y; docker network connect $NET $C',
    ['1 connect a x', '1 connect b y'],
  ],
  [
    'arguments that are shifted into an array',
    'container=$1; shift; nets=("$@")\nfor n in "${nets[@]}"; do docker network connect "$n" "$container"; done',
    ['2 connect net1 api', '2 connect net2 api'],
    { args: ['api', 'net1', 'net2'] },
  ],
  [
    'arguments that nobody knows',
    'container=$1; shift; nets=("$@")\nfor n in "${nets[@]}"; do docker network connect "$n" "$container"; done',
    ['2 connect ?$@@1 ?$1@1'],
  ],
  [
    'names and an address',
    'docker network connect --alias db --alias=sql --ip 10.0.0.5 --ip6 2001:db8::5 net app',
    ['1 connect net app alias=db alias=sql ip=10.0.0.5 ip6=2001:db8::5'],
  ],
  [
    'xargs with a place for the name',
    'docker ps -q | xargs -I{} docker network connect net {}',
    ['1 connect net ?$(docker ps -q)'],
  ],
  ['a variable that holds docker', 'DOCKER="sudo docker"; $DOCKER network connect net app', ['1 connect net app']],
  ['a function around docker', 'd() { sudo docker "$@"; }\nd network connect net app', ['1 connect net app']],
  [
    'what comes behind a here-string',
    'read -r a b <<< "x y"\ndocker network connect $a $b\ndocker restart z',
    ['2 connect x y', '3 restart z'],
  ],
]

const FLOW: readonly Row[] = [
  [
    'a list',
    'for c in api worker; do\n  docker network connect net "$c"\ndone',
    ['2 connect net api', '2 connect net worker'],
  ],
  [
    'a list in a list',
    'for n in a b; do for c in x y; do docker network connect $n $c; done; done',
    ['1 connect a x', '1 connect a y', '1 connect b x', '1 connect b y'],
  ],
  [
    'pairs in one word',
    'for p in net1:api net2:worker; do docker network connect "${p%%:*}" "${p#*:}"; done',
    ['1 connect net1 api', '1 connect net2 worker'],
  ],
  [
    'a map',
    'declare -A M=([api]=net1 [worker]=net2)\nfor c in "${!M[@]}"; do docker network connect "${M[$c]}" "$c"; done',
    ['2 connect net1 api', '2 connect net2 worker'],
  ],
  [
    'a here-document',
    'while read -r n c; do\n  docker network connect "$n" "$c"\ndone <<EOF\na x\nb $Z\nEOF',
    ['2 connect a x', '2 connect b ?$Z@5'],
  ],
  [
    'a here-document that is quoted',
    "while IFS=: read -r n c; do docker network connect $n $c; done <<'EOF'\na:x\nb:y\nEOF",
    ['1 connect a x', '1 connect b y'],
  ],
  [
    'a pipe into a loop',
    `printf '%s %s\\n' a x b y | while read -r n c; do docker network connect "$n" "$c"; done`,
    ['1 connect a x', '1 connect b y'],
  ],
  [
    'a list from a file',
    'while read -r n c; do docker network connect "$n" "$c"; done < /etc/pms/pairs',
    ['1 connect a x', '1 connect b y'],
    { files: { '/etc/pms/pairs': 'a x\nb y\n' } },
  ],
  ['a list from a file that is not there', 'while read -r c; do docker restart "$c"; done < list', ['1 restart ?$c']],
  [
    'branches that exclude each other',
    'if [ "$(hostname)" = prod ]; then N=p; C=one; else N=t; C=two; fi; docker network connect $N $C',
    ['1 connect p one', '1 connect t two'],
  ],
  [
    'a branch that is known',
    'if [ "$1" = prod ]; then N=p; C=one; else N=t; C=two; fi; docker network connect $N $C',
    ['1 connect p one'],
    { args: ['prod'] },
  ],
  [
    'a case',
    'case "$1" in\n  api) docker network connect net1 api ;;\n  work*) docker network connect net2 worker ;;\n  *) exit 1 ;;\nesac',
    ['3 connect net2 worker'],
    { args: ['worker'] },
  ],
  [
    'a case of which nothing is known',
    'case "$(hostname)" in\n  api) N=a ;;\n  *) N=b ;;\nesac\ndocker network connect $N app',
    ['5 connect a app', '5 connect b app'],
  ],
  ['a default', 'NET="${NET:-net}"; docker network connect "$NET" "${1:-app}"', ['1 connect net app']],
  [
    'a default that is set',
    'NET="${NET:-net}"; docker network connect "$NET" app',
    ['1 connect other app'],
    { env: { NET: 'other' } },
  ],
  [
    'a default that is assigned in passing',
    ': "${NET:=net}"\ndocker network connect "$NET" app',
    ['2 connect net app'],
  ],
  [
    'what leaves the script',
    'docker inspect app || exit 1\ndocker restart app\nexit 0\ndocker restart never',
    ['2 restart app'],
  ],
  ['what leaves a turn', 'for c in a b; do [ "$c" = a ] && continue; docker restart $c; done', ['1 restart b']],
  [
    'a variable of a function',
    'C=out\nf() { local C=$1; docker restart "$C"; }\nf in\ndocker restart "$C"',
    ['2 restart in', '4 restart out'],
  ],
  [
    'what a function prints',
    'net() { echo supabase; }\ndocker network connect "$(net)" app',
    ['2 connect supabase app'],
  ],
  [
    'a file of settings',
    '. /etc/pms/net.env\ndocker network connect "$NET" app',
    ['2 connect net app'],
    { files: { '/etc/pms/net.env': 'NET=net\n' } },
  ],
  [
    'a file of functions beside the script',
    '. "$(dirname "$0")/lib.sh"\nattach net app',
    ['/opt/x/lib.sh 2 connect net app'],
    { files: { '/opt/x/lib.sh': '# lib\nattach() { docker network connect "$1" "$2"; }\n' } },
  ],
  [
    'a file of settings that cannot be read',
    '. /etc/pms/net.env\ndocker network connect "${NET:-net}" app',
    ['2 connect ?$NET (from /etc/pms/net.env?) app'],
  ],
  ['a counter', 'i=0\nwhile [ $i -lt 3 ]; do docker restart app-$i; i=$((i+1)); done', ['2 restart ?app-$i']],
  [
    'numbers',
    'for i in {1..2} $(seq 3 4); do docker restart app-$i; done',
    ['1 restart app-1', '1 restart app-2', '1 restart app-3', '1 restart app-4'],
  ],
  [
    'what grows in a loop',
    'for c in $(docker ps -q); do L="$L $c"; done\ndocker restart $L',
    ['2 restart ?$L', '2 restart ?$L@1', '2 restart ?$(docker ps -q)@1'],
  ],
  ['an array that grows', 'A=(a); A+=(b "c")\ndocker restart "${A[@]}"', ['2 restart a', '2 restart b', '2 restart c']],
  ['a string of names', 'export C="a b"; docker restart $C', ['1 restart a', '1 restart b']],
  ['lines of a variable', 'mapfile -t A <<< "a\nb"\ndocker restart "${A[@]}"', ['3 restart a', '3 restart b']],
  [
    'a condition that connects',
    'if ! docker network connect net app; then docker restart app; fi',
    ['1 connect net app', '1 restart app'],
  ],
  [
    'a variable for one command',
    'N=a; N=b docker network connect $N app; docker network connect $N app',
    ['1 connect a app'],
  ],
  ['what a subshell sets', 'N=a; (N=b); docker network connect $N app', ['1 connect a app']],
  ['what a pipe sets', 'N=a; echo b | read N; docker network connect $N app', ['1 connect a app']],
  [
    'branches that fall through',
    'case "$1" in a) docker restart a ;& b) docker restart b ;; c) docker restart c ;; esac',
    ['1 restart a', '1 restart b'],
    { args: ['a'] },
  ],
  [
    'branches that are all tried',
    'C=none\ncase "$1" in a*) C=a ;;& *b) C=$C-b ;; *) C=other ;; esac\ndocker restart $C',
    ['3 restart a-b'],
    { args: ['ab'] },
  ],
  [
    'another name for an array',
    'A=(x y)\nf() { local -n of=$1; for c in "${of[@]}"; do docker restart "$c"; done; }\nf A',
    ['2 restart x', '2 restart y'],
  ],
  [
    'a value that is given back through another name',
    'f() { declare -n out=$1; out=net; }\nf N\ndocker network connect $N app',
    ['3 connect net app'],
  ],
  [
    'another name for nobody knows what',
    'declare -n N="$(cat /x)"\ndocker network connect $N app',
    ['2 connect ?$N@1 app'],
  ],
  [
    'two arrays by one index',
    'C=(a b); N=(x y)\nfor i in "${!C[@]}"; do docker network connect "${N[i]}" "${C[$i]}"; done',
    ['2 connect x a', '2 connect y b'],
  ],
  ['a part that nobody knows is taken off', 'C=app-1; docker restart "${C%$SUFFIX}"', ['1 restart ?${C%$SUFFIX}']],
  [
    'a condition on what whoever runs it may set',
    '[ -n "$NET" ] && docker network connect "$NET" app',
    ['1 connect ?$NET app'],
  ],
  ['a condition on what nobody sets', '[ -n "$NET" ] && docker network connect "$NET" app', [], { args: [] }],
  [
    'lines that are left out',
    'while read -r n c; do [[ -z $n || $n == \\#* ]] && continue; docker network connect $n $c; done <<E\n# all\na x\nE',
    ['1 connect a x'],
  ],
  [
    'a name by its beginning',
    'C=pms-api\nif [[ $C == pms-* ]]; then docker restart $C; else docker restart b; fi',
    ['2 restart pms-api'],
  ],
  ['exec goes nowhere else', 'exec docker restart app\ndocker restart never', ['1 restart app']],
  ['exec of an output', 'exec >> /var/log/x.log 2>&1\ndocker restart app', ['2 restart app']],
  [
    'a function that tries again',
    'retry() { local m=$1; shift; for ((i=0; i<m; i++)); do "$@" && return 0; done; }\nretry 3 docker network connect net app',
    ['1 connect net app'],
  ],
  [
    'a function that only says what it would do',
    'DRY=0\nrun() { if [ $DRY = 1 ]; then echo "$*"; else "$@"; fi; }\nrun docker restart app',
    ['2 restart app'],
  ],
  [
    'arguments from the second on',
    'f() { local n=$1; for c in "${@:2}"; do docker network connect "$n" "$c"; done; }\nf net a b',
    ['1 connect net a', '1 connect net b'],
  ],
  [
    'a list that is cut at its commas',
    'IFS=, read -ra P <<< "net1:api,net2:worker"\nfor p in "${P[@]}"; do docker network connect "${p%%:*}" "${p##*:}"; done',
    ['2 connect net1 api', '2 connect net2 worker'],
  ],
  [
    'commas that become blanks',
    'L=a,b; for c in ${L//,/ }; do docker restart $c; done',
    ['1 restart a', '1 restart b'],
  ],
  [
    'a list over several lines',
    'C="\napi\nworker\n"\nfor c in $C; do docker network connect net $c; done',
    ['5 connect net api', '5 connect net worker'],
  ],
  [
    'one network or the other',
    'docker network connect net1 app || docker network connect net2 app',
    ['1 connect net1 app', '1 connect net2 app'],
  ],
  ['set --', 'set -- net app; docker network connect "$1" "$2"', ['1 connect net app']],
  ['a trap', "trap 'docker start app' EXIT\ndocker stop app", ['1 start app', '2 stop app']],
]

const CARRIERS: readonly Row[] = [
  ['xargs', 'echo a b | xargs -r docker restart', ['1 restart a', '1 restart b']],
  [
    'xargs in twos',
    'echo net1 api net2 worker | xargs -n 2 docker network connect',
    ['1 connect net1 api', '1 connect net2 worker'],
  ],
  [
    'xargs of what is running',
    'docker ps -q -f name=pms | grep -v x | xargs docker restart',
    ['1 restart ?$(docker ps -q -f name=pms | grep -v x)'],
  ],
  ['parallel', 'parallel -j2 docker restart {} ::: a b', ['1 restart a', '1 restart b']],
  ['parallel of what is running', 'docker ps -q | parallel docker restart', ['1 restart ?$(docker ps -q)']],
  ['su', "su - root -c 'docker restart a'", ['1 restart a']],
  [
    'runuser',
    "runuser -u deploy -- docker restart a; runuser -l deploy -c 'docker restart b'",
    ['1 restart a', '1 restart b'],
  ],
  ['sudo sh', `sudo -u root sh -xc "cd /x && docker restart a"`, ['1 restart a']],
  ['sg', 'sg docker "docker restart a"', ['1 restart a']],
  ['nsenter', 'nsenter -t 1 -m -u -n -- docker restart a', ['1 restart a']],
  ['timeout, flock, nice, env', 'env A=b timeout -k 5 30 flock -n /l nice -n 10 docker restart a', ['1 restart a']],
  ['flock -c', `flock /tmp/lock -c 'docker restart a'`, ['1 restart a']],
  ['find', String.raw`find /x -name y -exec docker restart a \; -exec echo {} +`, ['1 restart a']],
  ['eval', 'A="docker restart"; eval "$A a"', ['1 restart a']],
  ['eval of what is not known', 'eval "docker restart $X a"', ['1 restart ?$X', '1 restart a']],
  ['a shell that reads its input', "bash -s <<'EOF'\ndocker restart a\nEOF", ['2 restart a']],
  ['a pipe into a shell', 'echo "docker restart a" | sudo sh', ['1 restart a']],
  ['ssh to this host', 'ssh -o BatchMode=yes root@localhost docker restart a', ['1 restart a']],
  ['docker from which', 'D=$(which docker); "$D" restart a', ['1 restart a']],
  ['docker from the surroundings', '${DOCKER_BIN:-/usr/bin/docker} restart a', ['1 restart a']],
  [
    'curl',
    `curl -s --unix-socket /var/run/docker.sock -X POST "http://localhost/v1.41/containers/$C/restart"`,
    ['1 restart ?$C'],
  ],
  [
    'curl that sends',
    `curl --unix-socket /run/docker.sock --json '{"Container":"app"}' http://d/networks/net/connect`,
    ['1 connect net app'],
  ],
  [
    'an alias of an alias, and one of its own name',
    "alias docker='docker --config /x'\nalias d='sudo docker'\nalias dn='d network'\ndn connect net app\ndocker restart app",
    ['2 connect net app', '1 restart app'],
  ],
  ['an alias', "alias d='sudo docker'\nd network connect net app", ['1 connect net app']],
  [
    'a function that a new shell finds',
    `attach() { docker network connect net "$1"; }\nexport -f attach\necho a b | xargs -n1 bash -c 'attach "$0"'`,
    ['1 connect net a', '1 connect net b'],
  ],
  ['a function that a new shell does not find', 'f() { docker restart a; }\nbash -c f', []],
  [
    'sh -c with a name of its own',
    `echo app | xargs -n1 sh -c 'docker network connect net "$0"'`,
    ['1 connect net app'],
  ],
  ['at', 'echo "docker restart app" | at now + 1 minute', ['1 restart app']],
  [
    'a text that a function prints',
    'gen() { cat <<E\ndocker network connect $1 $2\nE\n}\ngen net app | sh',
    ['5 connect net app'],
  ],
  [
    'python -c',
    `python3 -c 'import docker; docker.from_env().containers.get("app").restart()'`,
    [`1 restart ?${OTHER}`],
  ],
  [
    'python from a here-document',
    "python3 - <<'E'\nimport docker\n\nc = docker.from_env().containers.get('app')\nc.stop()\nE",
    [`1 stop ?${OTHER}`],
  ],
  ['perl -e', `perl -e 'system("docker restart app")'`, [`1 restart ?${OTHER}`]],
  [
    'node -e',
    `node -e "require('child_process').execSync('docker network connect net app')"`,
    [`1 connect ?${OTHER} ?${OTHER}`],
  ],
  ['awk that runs it', `docker ps -q | awk '{ system("docker restart " $1) }'`, [`1 restart ?${OTHER}`]],
  [
    'a socket by hand',
    String.raw`printf 'POST /containers/app/restart HTTP/1.0\r\n\r\n' | nc -U /var/run/docker.sock`,
    ['1 engine-call'],
  ],
  [
    'curl with names and an address',
    `curl --unix-socket /run/docker.sock -d '{"Container":"app","EndpointConfig":{"Aliases":["db"],"IPAMConfig":{"IPv4Address":"10.0.0.5"},"Links":[]}}' http://d/networks/net/connect`,
    ['1 connect net app alias=db ip=10.0.0.5 Links'],
  ],
  [
    'curl with a body of which a part is not known',
    'curl --unix-socket /run/docker.sock -d "{\\"Container\\":\\"$C\\"}" http://d/networks/net/connect',
    ['1 connect net ?the body that is sent'],
  ],
  ['the init script', '/etc/init.d/docker restart', ['1 engine-restart']],
  ['the host itself', '/sbin/shutdown -r +5', ['1 engine-restart']],
  ['the engine by its process', 'pkill -TERM dockerd', ['1 engine-restart']],
  ['a plugin of docker', 'docker rollout app', ['1 engine-call']],
  ['docker in a container', 'docker exec portainer docker restart app', ['1 engine-call']],
  [
    'the host from a container',
    'docker run --rm --privileged --pid=host alpine nsenter -t 1 -m -- docker restart app',
    ['1 engine-call'],
  ],
  ['a command that is not known', 'docker "$1" app', ['1 engine-call ?$1']],
  [
    'docker run with the socket',
    'docker run --rm -v /var/run/docker.sock:/var/run/docker.sock containrrr/watchtower --run-once',
    ['1 engine-call'],
  ],
]

const ELSEWHERE: readonly Row[] = [
  ['-H', 'docker -H ssh://other restart a', ['1 restart a host=ssh://other']],
  [
    'a context',
    'docker --context prod restart a; docker --context default restart b',
    ['1 restart a host=context prod', '1 restart b'],
  ],
  ['DOCKER_HOST', 'export DOCKER_HOST=tcp://10.0.0.2:2375\ndocker restart a', ['2 restart a host=tcp://10.0.0.2:2375']],
  [
    'DOCKER_HOST for one command',
    'DOCKER_HOST=tcp://x:1 docker restart a; docker restart b',
    ['1 restart a host=tcp://x:1', '1 restart b'],
  ],
  ['DOCKER_HOST that is this host', 'docker -H unix:///run/docker.sock restart a', ['1 restart a']],
  [
    'ssh',
    'ssh deploy@other "docker restart a; docker restart b"',
    ['1 restart a host=ssh://deploy@other', '1 restart b host=ssh://deploy@other'],
  ],
  ['ssh with a script', "ssh other bash <<'EOF'\ndocker restart a\nEOF", ['2 restart a host=ssh://other']],
  ['ssh to a host that is not known', 'ssh "$HOST2" docker restart a', ['1 restart a host=?the host of an ssh']],
]

const NOTHING: readonly Row[] = [
  ['only looks', 'docker ps; docker inspect app; docker network inspect net; docker logs app', []],
  ['a comment', '# docker restart app', []],
  ['a text', 'echo "docker restart app"; log "do not docker restart app"', []],
  ['a help text', "cat <<'EOF'\ndocker restart app\nEOF", []],
  ['a signal that is a word', 'docker kill -s HUP app; docker kill --signal=SIGUSR1 app', []],
  ['is docker there', 'command -v docker >/dev/null', []],
  ['a GET', 'curl -s --unix-socket /var/run/docker.sock http://localhost/containers/json', []],
  ['awk that only prints', "docker ps | awk '/docker/ { print $1 }'", []],
  ['python that only looks', `python3 -c 'import docker; print(docker.from_env().containers.list())'`, []],
  ['a shutdown', 'shutdown -h now; systemctl status docker; pgrep dockerd', []],
  ['what runs in a container', "docker exec app sh -c 'kill -HUP 1'; docker run --rm alpine docker-entrypoint.sh", []],
  ['another service', 'systemctl restart nginx', []],
]

describe.each([
  ['what was read wrongly once', WRONG_BEFORE],
  ['the flow of a script', FLOW],
  ['commands that carry another', CARRIERS],
  ['another engine', ELSEWHERE],
  ['nothing of the kind', NOTHING],
] as const)('the tuples of a script: %s', (_, rows) => {
  test.for(rows.map(row => [row[0], row] as const))('%s', ([, [, script, tuples, given]]) => {
    expect(tuplesOf(script, given)).toEqual(tuples)
  })
})
