// The exec part of the API: create, start (framed, raw with a terminal, or detached), inspect.
import { alreadyRun, frame } from './exec.ts'
import { Refusal } from './refusal.ts'
import { type Answer, type Call, created, done, type Handler, ok } from './route-table.ts'

export const execRoutes: Readonly<Record<string, Handler>> = {
  'POST /containers/{id}/exec': call => {
    const { body } = call
    const exec = call.execs.create(call.id, {
      argv: body.texts('Cmd'),
      tty: body.flag('Tty'),
      attachStdin: body.flag('AttachStdin'),
      attachStdout: body.flag('AttachStdout'),
      attachStderr: body.flag('AttachStderr'),
    })
    return created({ Id: exec.id })
  },
  'POST /exec/{id}/start': start,
  'GET /exec/{id}/json': call => {
    const exec = call.execs.find(call.id)
    const [entrypoint = '', ...args] = exec.argv
    return ok({
      ID: exec.id,
      Running: exec.state === 'running',
      ExitCode: exec.exitCode,
      ProcessConfig: { tty: exec.tty, entrypoint, arguments: args, privileged: false },
      OpenStdin: exec.attachStdin,
      OpenStderr: exec.attachStderr,
      OpenStdout: exec.attachStdout,
      CanRemove: false,
      ContainerID: exec.container.id,
      DetachKeys: '',
      Pid: exec.pid,
    })
  },
}

async function start(call: Call): Promise<Answer> {
  const exec = call.execs.find(call.id)
  if (exec.state === 'exited' && !call.body.flag('Detach')) {
    // Docker has sent its 200 by then, and says it in the stream.
    const out = call.open(200, 'application/vnd.docker.raw-stream')
    out.end(frame(1, `${alreadyRun(call.engine, exec)}\r\n`))
    return { kind: 'streamed' }
  }
  const { output, missing } = await call.execs.run(exec)
  if (call.body.flag('Detach')) {
    if (missing !== null) throw new Refusal(400, missing)
    return done(200)
  }
  const out = call.open(200, 'application/vnd.docker.raw-stream')
  if (output !== '' && (exec.attachStdout || exec.attachStderr)) {
    out.write(exec.tty || call.body.flag('Tty') ? output.replaceAll(/(?<!\r)\n/g, '\r\n') : frame(1, output))
  }
  out.end()
  return { kind: 'streamed' }
}
