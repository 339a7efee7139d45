/**
 * The packages on a host, from the installation to the purge, where no systemd runs (a chroot): that part is the same
 * everywhere. What happens to a running daemon is for the tests with a real systemd.
 */
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { FreshRoot } from './fresh-root.ts'
import { buildPackages, output, type Packages } from './packages.ts'

/** Files that every installation of anything touches: the databases of dpkg and of users, and caches. */
const databases =
  /^\/(var\/lib\/dpkg\/|var\/log\/|var\/cache\/|etc\/\.pwd\.lock|etc\/(passwd|group|shadow|gshadow|subuid|subgid)-?$)/

const installer = fileURLToPath(new URL('../../install.sh', import.meta.url))
/** This architecture, as an ELF header writes it. */
const here = process.arch === 'x64' ? 62 : 183

const absence = await FreshRoot.absence()

// dpkg flushes what it unpacks, and a machine with other work to do takes half a minute for that.
describe.skipIf(absence !== null)('on a host', { timeout: 120_000 }, () => {
  let made: Packages
  beforeAll(async () => {
    made = await buildPackages()
  })
  afterAll(() => made[Symbol.asyncDispose]())

  async function fresh(): Promise<FreshRoot> {
    const root = await FreshRoot.make()
    await root.ok('groupadd -f docker; rm -rf /etc/netheal')
    return root
  }

  describe('the .deb', () => {
    test('the .deb runs on its own Node, with nothing else on the PATH', async () => {
      await using root = await fresh()
      await root.ok(`dpkg -i ${await root.take(made.deb, 'netheal.deb')}`)
      const version = await root.ok('env -i PATH=/nowhere NODE_OPTIONS=--no-such-flag /usr/bin/netheal --version')
      expect(version).toMatch(new RegExp(`^netheal ${pkg.version} \\(\\w+(-dirty)?\\), Node ${process.version}$`, 'm'))
    })

    test('the .deb has V8 compile the program once, for that very Node, and leaves nothing else behind', async () => {
      await using root = await fresh()
      const deb = await root.take(made.deb, 'netheal.deb')
      expect(await root.ok(`dpkg -i ${deb}`)).not.toContain('not compiled')
      const compiled =
        'cd /usr/lib/netheal; stat -c "%U:%G %a %n" *.compiled*; ls -d /tmp/netheal-compile-* 2>/dev/null || :'
      const listed = await root.ok(compiled)
      expect(listed).toMatch(/^root:root 644 program\.[0-9a-f]{16}\.compiled\n$/)
      const look = `process.argv[2] = "--version"; const { script } = require("/usr/lib/netheal/netheal.cjs");
        process.on("exit", () => console.log("rejected:", script.cachedDataRejected))`
      expect(await root.ok(`/usr/lib/netheal/node -e '${look}' x`)).toContain('rejected: false')
      // An upgrade leaves that of the new program alone.
      await root.ok('cd /usr/lib/netheal; cp program.*.compiled program.0123456789abcdef.compiled')
      await root.ok(`dpkg -i ${deb}`)
      expect(await root.ok(compiled)).toBe(listed)
    })

    test('the .deb brings a manual page, and the completions that the program itself prints', async () => {
      await using root = await fresh()
      await root.ok(`dpkg -i ${await root.take(made.deb, 'netheal.deb')}`)
      expect(await root.ok('zcat /usr/share/man/man1/netheal.1.gz')).toMatch(
        new RegExp(`^\\.TH "NETHEAL" 1 \\d{4}-\\d\\d-\\d\\d "netheal ${pkg.version}"`, 'm'),
      )
      await root.ok('netheal completion bash | cmp - /usr/share/bash-completion/completions/netheal')
      await root.ok('netheal completion zsh | cmp - /usr/share/zsh/vendor-completions/_netheal')
      const loaded = 'bash --norc -c "source /usr/share/bash-completion/completions/netheal; complete -p netheal"'
      expect(await root.ok(loaded)).toBe('complete -F _netheal netheal\n')
    })

    test('the .deb makes a user without a login, in the group docker, and says how to go on', async () => {
      await using root = await fresh()
      const said = await root.ok(`dpkg -i ${await root.take(made.deb, 'netheal.deb')}`)
      expect(said).toContain('netheal init --write')
      expect(said).toContain('systemctl enable --now netheal')
      expect(await root.ok('getent passwd netheal')).toMatch(/:\/var\/lib\/netheal:.*(nologin|false)\n$/)
      expect(await root.ok('id -nG netheal')).toBe('netheal docker\n')
      expect(await root.ok('stat -c "%U %a" /var/log/netheal /var/lib/netheal')).toBe('netheal 750\n'.repeat(2))
      expect(await root.run('ls /etc/netheal /etc/cron.d/netheal /etc/systemd/system/*/netheal*')).toMatchObject({
        stdout: '',
      })
    })

    test('the .deb makes the group docker where there is none: without it the unit would not start', async () => {
      await using root = await fresh()
      await root.ok('groupdel docker')
      const said = await root.ok(`dpkg -i ${await root.take(made.deb, 'netheal.deb')}`)
      expect(said).toContain('made the group "docker"')
      expect(await root.ok('id -nG netheal')).toBe('netheal docker\n')
    })

    test('a purge of the .deb leaves no file of a user that is gone', async () => {
      await using root = await fresh()
      await root.ok(`dpkg -i ${await root.take(made.deb, 'netheal.deb')}`)
      await root.ok(`mkdir -p /etc/netheal /srv/netheal-log; echo mine >/etc/netheal/config.json
        chown netheal:netheal /srv/netheal-log; chgrp netheal /etc/netheal/config.json; dpkg -P netheal`)
      expect(await root.ok('stat -c "%U:%G" /etc/netheal/config.json /srv/netheal-log')).toBe('root:root\n'.repeat(2))
    })

    test('an upgrade of the .deb keeps the config, and who is in which group', async () => {
      await using root = await fresh()
      const deb = await root.take(made.deb, 'netheal.deb')
      await root.ok(
        `dpkg -i ${deb}; mkdir /etc/netheal; echo mine >/etc/netheal/config.json; gpasswd -d netheal docker`,
      )
      const said = await root.ok(`dpkg -i ${deb}`)
      expect(said).not.toContain('netheal init')
      expect(await root.ok('cat /etc/netheal/config.json; id -nG netheal')).toBe('mine\nnetheal\n')
    })

    test('a removal of the .deb leaves config, logs, state and user; a purge removes the config alone', async () => {
      await using root = await fresh()
      await root.ok(`dpkg -i ${await root.take(made.deb, 'netheal.deb')}`)
      await root.ok('mkdir /etc/netheal; echo mine >/etc/netheal/config.json; echo >/var/log/netheal/actions.1.log')
      await root.ok('echo >/var/lib/netheal/state.json; dpkg -r netheal')
      await root.ok(
        'ls /etc/netheal/config.json /var/log/netheal/actions.1.log /var/lib/netheal/state.json; id netheal',
      )
      expect(await root.run('command -v netheal; ls -d /usr/lib/netheal')).toMatchObject({ stdout: '' })
      await root.ok('dpkg -P netheal')
      expect((await root.changes()).filter(path => !databases.test(path))).toEqual(['/etc/netheal/config.json'])
      expect((await root.run('getent passwd netheal; getent group netheal; ls -d /var/*/netheal')).stdout).toBe('')
    })

    test('a purge of the .deb without a config leaves no folder', async () => {
      await using root = await fresh()
      await root.ok(`dpkg -i ${await root.take(made.deb, 'netheal.deb')}; mkdir /etc/netheal; dpkg -P netheal`)
      expect(await root.run('ls -d /etc/netheal')).toMatchObject({ stdout: '' })
    })

    test('the .deb does without systemd and its tools', async () => {
      await using root = await fresh()
      await root.ok('command -v adduser >/dev/null; cd /usr/bin; rm -f systemctl systemd-sysusers systemd-tmpfiles')
      await root.ok(`dpkg -i ${await root.take(made.deb, 'netheal.deb')}`)
      expect(await root.ok('id -nG netheal; stat -c "%U %a" /var/lib/netheal')).toBe('netheal docker\nnetheal 750\n')
      await root.ok('dpkg -P netheal')
      expect((await root.run('getent passwd netheal')).stdout).toBe('')
    })
  })

  describe('install.sh', () => {
    async function unpacked(root: FreshRoot): Promise<string> {
      const tarball = await root.take(made.tarball, 'netheal.tar.gz')
      await root.ok(`tar -C /tmp -xzf ${tarball}`)
      return `/tmp/${basename(made.tarball, '.tar.gz')}`
    }

    test('install.sh: installs below a prefix, twice, and all of it can go again', async () => {
      await using root = await fresh()
      const folder = await unpacked(root)
      const said = await root.ok(`${folder}/install.sh --prefix /opt/healer`)
      expect(said).toContain(`netheal ${pkg.version}`)
      expect(said).toContain('netheal init --write')
      const before = await root.changes()
      expect(before.filter(path => /\/program\.[0-9a-f]{16}\.compiled$/.test(path))).toHaveLength(1)
      const program = (paths: readonly string[]) =>
        paths.flatMap(path => /\/lib\/netheal\/([^/]+)(?<!\.compiled)$/.exec(path)?.slice(1) ?? []).sort()
      const packed = (await output('dpkg-deb', '-c', made.deb)).trimEnd().split('\n')
      expect(program(packed)).toContain('program.js')
      expect(program(before)).toEqual(program(packed))
      await root.ok(`${folder}/install.sh --prefix /opt/healer`)
      expect(await root.changes()).toEqual(before)
      expect(await root.ok('env -i /opt/healer/bin/netheal --version')).toContain(`Node ${process.version}`)
      expect(await root.ok('id -nG netheal')).toBe('netheal docker\n')
      for (const [shell, file] of [
        ['bash', 'bash-completion/completions/netheal'],
        ['zsh', 'zsh/site-functions/_netheal'],
      ])
        await root.ok(`/opt/healer/bin/netheal completion ${shell} | cmp - /opt/healer/share/${file}`)
      expect(await root.ok('cat /opt/healer/share/man/man1/netheal.1')).toContain(
        '/opt/healer/share/doc/netheal/README.md',
      )
      // Nothing of it points to the places of the .deb.
      const pointers = 'grep -rE "/usr/(bin|lib|share/doc)/netheal" /opt/healer/bin /etc/systemd/system /etc/tmpfiles.d'
      expect(await root.run(pointers)).toMatchObject({ code: 1, stdout: '' })
      await root.ok(`${folder}/install.sh --purge --prefix=/opt/healer`)
      expect((await root.changes()).filter(path => !databases.test(path))).toEqual([])
      expect((await root.run('getent passwd netheal; getent group netheal; ls -d /var/*/netheal')).stdout).toBe('')
    })

    test('install.sh: --uninstall leaves config, logs, state and user', async () => {
      await using root = await fresh()
      const folder = await unpacked(root)
      await root.ok(`${folder}/install.sh; mkdir /etc/netheal; echo mine >/etc/netheal/config.json`)
      await root.ok(`echo >/var/lib/netheal/state.json; ${folder}/install.sh --uninstall`)
      await root.ok('ls /etc/netheal/config.json /var/log/netheal /var/lib/netheal/state.json; id netheal')
      expect(await root.run('command -v netheal; ls /etc/systemd/system/netheal*')).toMatchObject({ stdout: '' })
    })

    test('install.sh: of two prefixes, each removes only its own', async () => {
      await using root = await fresh()
      const folder = await unpacked(root)
      if ((await root.run('command -v systemctl')).code !== 0) return // a machine without systemctl gets no units
      await root.ok(`${folder}/install.sh --prefix /opt/old`)
      const said = await root.ok(`${folder}/install.sh --prefix /opt/new`)
      expect(said).toContain('the unit started the netheal of /opt/old, and starts this one from now on')
      const removed = await root.ok(`echo >/var/lib/netheal/state.json; ${folder}/install.sh --purge --prefix /opt/old`)
      expect(removed).toContain('The unit starts the netheal of /opt/new: it stays, with its logs, state and user')
      await root.ok('grep -q "^ExecStart=/opt/new/bin/netheal run" /etc/systemd/system/netheal.service; id netheal')
      await root.ok('/opt/new/bin/netheal --version; ls /var/lib/netheal/state.json')
      expect((await root.run('ls -d /opt/old/bin/netheal /opt/old/lib/netheal')).stdout).toBe('')
      await root.ok(`${folder}/install.sh --purge --prefix /opt/new`)
      expect((await root.run('ls /etc/systemd/system/netheal*; getent passwd netheal')).stdout).toBe('')
    })

    test('install.sh: says where sudo does not find it', async () => {
      await using root = await fresh()
      const folder = await unpacked(root)
      const sudoers = (paths: string) => `mkdir -p /etc/sudoers.d; echo 'Defaults secure_path="${paths}"' >/etc/sudoers`
      expect(await root.ok(`${sudoers('/sbin:/bin:/usr/sbin:/usr/bin')}; ${folder}/install.sh`)).toContain(
        'Type: sudo ln -s /usr/local/bin/netheal /usr/bin/netheal',
      )
      expect(await root.ok(`${sudoers('/usr/local/bin:/usr/bin')}; ${folder}/install.sh`)).not.toContain('sudo ln')
    })

    test('install.sh: units that it installs name the program where it is', async () => {
      await using root = await fresh()
      await root.ok(`${await unpacked(root)}/install.sh`)
      const unit = await root.ok(
        'grep -hE "^(ExecStart|Documentation)=" /usr/lib/systemd/system/netheal.service \
        /etc/systemd/system/netheal.service 2>/dev/null || :',
      )
      if (unit === '') return // a machine without systemctl gets no units
      expect(unit).toContain('ExecStart=/usr/local/bin/netheal run')
      expect(unit).toContain('file:///usr/local/share/doc/netheal/README.md')
    })

    // Refused before anything is read of the runtime but its header: a stand-in of 20 bytes will do.
    const header = (machine: number): string =>
      `printf '%018d' 0 >node; printf '\\${machine.toString(8).padStart(3, '0')}\\000' >>node; `
    test.each([
      ['without root', 'setpriv --reuid 65534 --clear-groups ./install.sh', /needs root/],
      ['a flag that it has not', './install.sh --prefiks /opt', /--prefiks is not known/],
      ['a prefix that is no path', './install.sh --prefix opt', /must begin with/],
      ['a prefix that a shell would take apart', "./install.sh --prefix '/opt/a b'", /letters, digits/],
      ['beside the .deb', 'mkdir -p /usr/lib/netheal; touch /usr/lib/netheal/node; ./install.sh', /the \.deb/],
      ['a broken runtime', `${header(2)} ./install.sh`, /is not whole/],
      ['another architecture', `${header(process.arch === 'x64' ? 183 : 62)} ./install.sh`, /take the other one/],
      ['a host without glibc', `${header(here)} rm -f /usr/bin/getconf; ./install.sh`, /no glibc/],
      [
        'an older glibc',
        `${header(here)} printf '#!/bin/sh\necho glibc 2.17' >/usr/bin/getconf; ./install.sh`,
        /has 2\.17/,
      ],
    ])('install.sh: refuses %s', async (_what, command, message) => {
      await using root = await fresh()
      await root.take(installer, 'install.sh')
      const before = await root.changes()
      const { code, stderr } = await root.run(`cd /tmp; ${command}`)
      expect(stderr).toMatch(message)
      expect(code).toBe(1)
      const ours = ['/usr/bin/getconf', '/usr/lib/netheal/node']
      expect((await root.changes()).filter(path => !before.includes(path) && !ours.includes(path))).toEqual([])
    })
  })
})
