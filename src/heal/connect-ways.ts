// The programs that can make a TCP connection from inside a container, and what their ends mean. Host and port are words of
// their own in each argv.

export interface ConnectWay {
  /** What it is called where nothing else would do. */
  readonly program: string
  readonly argv: (host: string, port: number) => readonly string[]
  /** It says by itself why it did not connect; without it, only how long that took does. */
  readonly isExact: boolean
  /** It speaks HTTP, so it proves a connection to what speaks HTTP only, and never the lack of one. */
  readonly httpOnly?: boolean
}

/** Ends of an exact one. */
export const REFUSED = 10
export const NO_ANSWER = 11

/** Seconds to wait for a connection: three SYNs. */
const PATIENCE = 5

// `read` waits for nothing for a tenth of a second: bash's own sleep, where the image has none.
const BASH = `(exec 3<>"/dev/tcp/$1/$2") 2>/dev/null & p=$!; exec 9<> <(:); n=0
while kill -0 $p 2>/dev/null; do read -rt 0.1 -u 9; n=$((n+1)); if [ $n -gt ${PATIENCE * 10} ]; then kill -9 $p; exit ${NO_ANSWER}; fi; done
wait $p && exit 0; [ $n -gt 15 ] && exit ${NO_ANSWER}; exit ${REFUSED}`

const PYTHON = `import errno, socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), ${PATIENCE})
except Exception as e:
    sys.exit(${REFUSED} if getattr(e, 'errno', 0) == errno.ECONNREFUSED else ${NO_ANSWER})`

const NODE = `const s = require('net').connect({ host: process.argv[1], port: Number(process.argv[2]) })
s.on('connect', () => process.exit(0))
s.on('error', e => process.exit(e.code === 'ECONNREFUSED' ? ${REFUSED} : ${NO_ANSWER}))
setTimeout(() => process.exit(${NO_ANSWER}), ${PATIENCE * 1_000})`

const PERL = `use IO::Socket::INET; use Errno;
exit 0 if IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => $ARGV[1], Proto => "tcp", Timeout => ${PATIENCE});
exit($!{ECONNREFUSED} ? ${REFUSED} : ${NO_ANSWER})`

const PHP = `$s = @fsockopen($argv[1], (int)$argv[2], $n, $m, ${PATIENCE}); exit($s ? 0 : ($n === 111 ? ${REFUSED} : ${NO_ANSWER}));`

/** The cheap ones first. */
export const CONNECT_WAYS: readonly ConnectWay[] = [
  way('bash', true, (host, port) => ['bash', '-c', BASH, 'bash', host, port]),
  way('nc', false, (host, port) => ['nc', '-z', '-w', `${PATIENCE}`, host, port]),
  // One that knows no -z reads until the other side closes, which many do at the end of its empty input.
  way('nc', false, (host, port) => ['nc', '-w', `${PATIENCE}`, host, port]),
  way('busybox', false, (host, port) => ['busybox', 'nc', '-w', `${PATIENCE}`, host, port]),
  way('python3', true, (host, port) => ['python3', '-c', PYTHON, host, port]),
  way('python', true, (host, port) => ['python', '-c', PYTHON, host, port]),
  way('perl', true, (host, port) => ['perl', '-e', PERL, host, port]),
  way('php', true, (host, port) => ['php', '-r', PHP, '--', host, port]),
  way('node', true, (host, port) => ['node', '-e', NODE, host, port]),
  way('curl', false, (host, port) => [
    ...['curl', '-s', '-o', '/dev/null', '--connect-timeout', `${PATIENCE}`, '-m', `${PATIENCE + 1}`],
    `telnet://${host}:${port}`,
  ]),
  {
    ...way('wget', false, (host, port) => [
      ...['wget', '-q', '-T', `${PATIENCE}`, '-O', '/dev/null'],
      `http://${host}:${port}/`,
    ]),
    httpOnly: true,
  },
]

function way(program: string, isExact: boolean, argv: (host: string, port: string) => readonly string[]): ConnectWay {
  return { program, isExact, argv: (host, port) => argv(host, String(port)) }
}
