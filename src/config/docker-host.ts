// Where the engine is: `unix:///path`, `tcp://host:port` or `ssh://user@host`, as DOCKER_HOST has it.
// Checked by hand rather than by `URL` alone: common mistakes here deserve their own message.
const LOCAL = 'For example: "unix:///var/run/docker.sock".'

/** What to write instead; null when it is valid. */
export function hostFault(value: string): string | null {
  if (value.startsWith('/')) return `Write "unix://${value}".`
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(value) ?? []
  if (scheme === undefined || rest === undefined) {
    return /^[\w.-]+:\d+$/.test(value) ? `Write "tcp://${value}".` : LOCAL
  }
  switch (scheme) {
    case 'unix':
      return rest.startsWith('/') && rest.length > 1 ? null : `The path must be absolute. ${LOCAL}`
    case 'tcp':
    case 'ssh':
      return remoteFault(scheme, value)
    case 'http':
    case 'https':
      return `Write "tcp://${rest.replace(/[/?#].*$/, '').replace(/^.*@/, '')}".`
    default:
      return `${JSON.stringify(`${scheme}://`)} is not one of unix://, tcp:// and ssh://. ${LOCAL}`
  }
}

/** `tcp://host` without a port gets Docker's: 2376 with TLS, 2375 without. Everything else stays as it is. */
export function withPort(host: string, tls: boolean): string {
  if (!host.startsWith('tcp://') || new URL(host).port !== '') return host
  return `${host.replace(/\/$/, '')}:${tls ? 2376 : 2375}`
}

function remoteFault(scheme: 'tcp' | 'ssh', value: string): string | null {
  const good = scheme === 'tcp' ? '"tcp://10.0.0.5:2376"' : '"ssh://user@10.0.0.5"'
  const instead = `For example: ${good}.`
  const url = URL.parse(value)
  if (url === null || url.hostname === '') return instead
  if (url.password !== '') return `A password is not allowed here. ${instead}`
  if (scheme === 'tcp' && url.username !== '') return `A user is not allowed here. ${instead}`
  const bare = (url.pathname === '' || url.pathname === '/') && url.search === '' && url.hash === ''
  return bare ? null : `Nothing may follow the host and port. ${instead}`
}
