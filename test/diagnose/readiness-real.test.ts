// Readiness of an app in a container on a real engine, which asks for its database's name as the app of the runbook does: 200
// on its network, 503 with `.components.db` off it, no answer while its process hangs, nobody there once it is gone.
import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { http } from '../../src/cli/diagnose/http-get.ts'
import { readiness } from '../../src/diagnose/readiness/readiness.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import { describeReal, sandbox } from '../support/real-engine.ts'
import type { Sandbox, SandboxContainer } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const { signal } = new AbortController()
const PORT = 8000

/** One answer of the app, on its standard input and output. */
const ANSWER = `
read -r method path rest
while read -r line && [ "$line" != "$(printf '\\r')" ] && [ -n "$line" ]; do :; done
say() { printf 'HTTP/1.1 %s\\r\\nContent-Type: application/json\\r\\nConnection: close\\r\\n\\r\\n%s' "$1" "$2"; }
if [ "$path" = /health ]; then say '200 OK' '{"status":"ok"}'
elif nslookup supabase-db >/dev/null 2>&1; then say '200 OK' '{"status":"ready","components":{"db":{"status":"up"}}}'
else say '503 Service Unavailable' '{"status":"degraded","components":{"db":{"status":"down","error":"gaierror: Temporary failure in name resolution"}}}'
fi
`
const APP = `cat > /tmp/answer <<'EOF'
${ANSWER}
EOF
trap 'exit 0' TERM
nc -ll -p ${PORT} -e sh /tmp/answer & echo $! > /tmp/server
sleep 100000 & wait`

interface Way extends AsyncDisposable {
  readonly origin: string
}

/** A way to the app whatever network namespace the engine is in: each connection is a \`nc\` beside it, in its container. */
async function wayTo(box: Sandbox, { id }: SandboxContainer): Promise<Way> {
  const sockets = new Set<Socket>()
  const carry = async (socket: Socket): Promise<void> => {
    const cmd = ['nc', '127.0.0.1', String(PORT)]
    const exec = await box.docker.getContainer(id).exec({ Cmd: cmd, AttachStdin: true, AttachStdout: true })
    const stream = await exec.start({ hijack: true, stdin: true })
    stream.on('error', () => socket.destroy())
    stream.on('end', () => socket.end())
    box.docker.modem.demuxStream(stream, socket, socket)
    socket.on('data', chunk => void stream.write(chunk))
    socket.on('close', () => stream.destroy())
  }
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    carry(socket).catch(() => socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

describeReal('the readiness of an app in a container', () => {
  test('the readiness of an app in a container follows what becomes of it: attached, detached, hanging, gone', {
    timeout: 180_000,
  }, async () => {
    await using box = sandbox()
    const coolify = await box.network('coolify')
    const stack = await box.network('stack')
    await box.container('supabase-db', { networks: [stack.name], aliases: ['supabase-db'] })
    const app = await box.container('pms-backend', { networks: [coolify.name, stack.name], cmd: ['sh', '-c', APP] })
    await using way = await wayTo(box, app)
    const url = `${way.origin}/health/ready`
    const ask = async (timeout = 60_000): Promise<Finding | undefined> => {
      const [finding] = await readiness({ readiness: [{ url, timeout }], http, subjects: [], now: Date.now() }, signal)
      return finding
    }
    const becomes = async (code: string, timeout?: number): Promise<Finding> => {
      let last: Finding | undefined
      const isSo = async (): Promise<boolean> => {
        last = await ask(timeout)
        return last?.code === code
      }
      await until(isSo, { what: code, deadline: 60_000, every: 100 })
      if (last === undefined) throw new Error('nothing was said')
      return last
    }

    expect(await becomes('ready')).toMatchObject({ verdict: 'well', subject: url })

    await stack.handle.disconnect({ Container: app.id })
    const down = await becomes('not-ready')
    expect(down.verdict).toBe('wrong')
    expect(down.summary).toContain('answers 503: its database is down')
    expect(down.evidence.join('\n')).toContain('.components.db: {"status":"down","error":"gaierror')
    expect(down.evidence.join('\n')).toContain('/health answers 200: the app is alive, but not ready')

    await box.exec(app.id, ['sh', '-c', 'kill -STOP $(cat /tmp/server)'])
    expect(await becomes('readiness-timeout', 1_500)).toMatchObject({ verdict: 'wrong' })

    await box.exec(app.id, ['sh', '-c', 'kill -KILL $(cat /tmp/server)'])
    expect(await becomes('readiness-unreachable')).toMatchObject({ verdict: 'wrong' })
  })
})
