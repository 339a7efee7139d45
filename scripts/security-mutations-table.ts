/**
 * Changes that would make a claim of SECURITY.md untrue, each with a test that the claim names and that must turn red. `from` stands
 * once in the file.
 */

export interface Mutation {
  /** From src/. */
  readonly file: string
  readonly from: string
  readonly to: string
  /** From test/, with the title as SECURITY.md has it. */
  readonly test: string
  readonly title: string
}

export const MUTATIONS: readonly Mutation[] = [
  {
    file: 'core/printable.ts',
    from: 'const UNSEEN = /[\\p{Cc}\\p{Cf}',
    to: 'const UNSEEN = /[\\p{Cf}',
    test: 'core/printable.test.ts',
    title: 'nothing unseen is left, nothing seen is changed, and twice is once',
  },
  {
    file: 'record/line.ts',
    from: 'printable(sentenceOf(entry))}\\n',
    to: 'sentenceOf(entry)}\\n',
    test: 'record/action-log.test.ts',
    title: 'untrusted text forges no %s line',
  },
  {
    file: 'notify/child.ts',
    from: "env: ENVIRONMENT, cwd: '/'",
    to: "env: process.env, cwd: '/'",
    test: 'notify/programs.test.ts',
    title: 'a command gets the notice as JSON, its arguments as they are, and little of our environment',
  },
  {
    file: 'notify/child.ts',
    from: "stdio: ['pipe', 'pipe', 'pipe'] })",
    to: "stdio: ['pipe', 'pipe', 'pipe'], shell: true })",
    test: 'security-claims.test.ts',
    title: 'nothing of ours asks a shell',
  },
  {
    file: 'diagnose/excerpt.ts',
    from: '/^[\\w@%+=:,./-]+$/.test(word) ? word',
    to: '/^[\\w@%+=:,./ -]+$/.test(word) ? word',
    test: 'diagnose/excerpt.test.ts',
    title: '%j is one word for a shell',
  },
  {
    file: 'notify/slack.ts',
    from: "text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')",
    to: "text.replaceAll('&', '&amp;')",
    test: 'notify/formats.test.ts',
    title: 'slack: &, < and > are escaped: nobody is mentioned, nothing is linked',
  },
  {
    file: 'core/identity.ts',
    from: "c => c.status === 'created' && nameAfterRecreate(c) !== null",
    to: 'c => nameAfterRecreate(c) !== null',
    test: 'core/identity.test.ts',
    title: "compose's temporary name is the name of a stranger who chose it: %s",
  },
  {
    file: 'core/identity.ts',
    from: 'if (!made.name.startsWith(',
    to: 'if (made.id === old.name && made.name.startsWith(',
    test: 'core/identity.test.ts',
    title: "compose's temporary name is the name of a stranger who chose it: %s",
  },
  {
    file: 'core/identity.ts',
    from: 'service.project === theirs.project &&',
    to: '',
    test: 'core/identity.test.ts',
    title: "compose's temporary name is the name of a stranger who chose it: %s",
  },
  {
    file: 'core/glob.ts',
    from: 'name.indexOf(part, at)',
    to: 'name.indexOf(part, 0)',
    test: 'core/glob.test.ts',
    title: 'a pattern looks at no character of a name more than once, and no more than that',
  },
  {
    file: 'core/glob.ts',
    from: 'name.length > LONGEST_NAME || ',
    to: '',
    test: 'core/glob.test.ts',
    title: 'a name that is longer than any that resolves matches no pattern, and is not looked at',
  },
  {
    file: 'core/restart.ts',
    from: 'lately >= policy.maxPerHour',
    to: 'lately > policy.maxPerHour',
    test: 'core/properties.test.ts',
    title: 'no history of restarts goes beyond the cooldown and maxPerHour of its rule',
  },
  {
    file: 'diagnose/rules/schedule-rhythm.ts',
    from: "if (text.length > LONGEST_SPAN || text.trim() === '') return null",
    to: 'if (!/^(\\d+(\\.\\d+)?\\s*[a-z]*\\s*)+$/.test(text)) return null',
    test: 'regular-expressions.test.ts',
    title: 'no regular expression goes back over a text of others: it takes as long as the text is',
  },
  {
    file: 'record/directory.ts',
    from: 'const DIRECTORY_MODE = 0o750',
    to: 'const DIRECTORY_MODE = 0o755',
    test: 'record/directory.test.ts',
    title: 'a directory is made with all of its path, closed to others, and is there the next time',
  },
  {
    file: 'record/safe-open.ts',
    from: 'const SAFE = O_NOFOLLOW | ',
    to: 'const SAFE = ',
    test: 'record/traps.test.ts',
    title: '%s is not written through %s',
  },
  {
    file: 'record/safe-open.ts',
    from: 'nlink <= 1 || ',
    to: 'nlink <= 9 || ',
    test: 'record/traps.test.ts',
    title: '%s is not written through a hard link where everybody may write',
  },
  {
    file: 'record/as-owner.ts',
    from: 'if (owner === null) return work()',
    to: 'return work()',
    test: 'record/traps.test.ts',
    title: 'root writes %s where its user has put %s: nothing outside changes',
  },
  {
    file: 'record/as-owner.ts',
    from: '[...stepsTo(path), ...stepsTo(realpathSync(path))]',
    to: '[realpathSync(path)]',
    test: 'record/traps.test.ts',
    title: 'root writes %s where the directory leads elsewhere',
  },
  {
    file: 'cli/diagnose/bundle-contents.ts',
    from: 'asOwner(dirname(path), () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK))',
    to: 'openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)',
    test: 'cli/diagnose.test.ts',
    title: 'the bundle that root makes holds nothing that the owner of the logs may not read',
  },
  {
    file: 'core/masked.ts',
    from: 'return withoutFlagValues(named)',
    to: 'return named',
    test: 'core/masked.test.ts',
    title: 'a secret is masked: %s',
  },
  {
    file: 'config/masked.ts',
    from: 'maskedWords(one.command).map(withoutUrls)',
    to: 'one.command.map(withoutUrls)',
    test: 'config/hidden.test.ts',
    title: 'the config in force without its secrets says where they are',
  },
  {
    file: 'record/small-file.ts',
    from: "if (stat.size > limit) return { kind: 'broken'",
    to: "if (stat.size < 0) return { kind: 'broken'",
    test: 'record/state.test.ts',
    title: 'a state file of 100 MB is not read',
  },
  {
    file: 'record/pause.ts',
    from: 'if (pause.until - now > LONGEST_PAUSE) {',
    to: 'if (pause.until - now > 99 * LONGEST_PAUSE) {',
    test: 'record/pause.test.ts',
    title: 'one that ends more than a week from now does not count, and is said',
  },
  {
    file: 'http/server.ts',
    from: 'if (!isLoopback(address))',
    to: 'if (isLoopback(address))',
    test: 'http/server.test.ts',
    title: 'the port for everybody is opened as the config says, with a warning',
  },
  {
    file: 'http/answer.ts',
    from: 'if (!mayAskFor(name, request.socket.localAddress, names))',
    to: 'if (names === null)',
    test: 'http/server.test.ts',
    title: 'the Host header is looked at before anything else: a rebound name learns nothing',
  },
  {
    file: 'http/connections.ts',
    from: 'oldest?.destroy()',
    to: 'void oldest',
    test: 'http/server.test.ts',
    title: 'a client that comes with many connections gets a few: the silent one that came first makes room',
  },
  {
    file: 'http/connections.ts',
    from: 'answering.size >= room && !isHealth(request)',
    to: 'answering.size < 0',
    test: 'http/server.test.ts',
    title: 'a hundred slow connections, and more that read nothing, keep nobody from asking whether all is well',
  },
  {
    file: 'host/wire.ts',
    from: "if (!isIPv4(address)) return 'unknown'",
    to: '',
    test: 'host/wire.test.ts',
    title: 'what is no IPv4 address is not asked',
  },
  {
    file: 'notify/web.ts',
    from: 'if (status >= 300 && status < 400)',
    to: 'if (status >= 900)',
    test: 'notify/web.test.ts',
    title: 'a redirect of a message is not followed',
  },
  {
    file: 'diagnose/readiness/answer.ts',
    from: 'if (status >= 300 && status < 400) return',
    to: 'if (status >= 900) return',
    test: 'diagnose/readiness.test.ts',
    title: 'readiness answers otherwise: a redirect is said, and not followed',
  },
  {
    file: 'docker/deadline.ts',
    from: 'return await Promise.race([ask(call.signal), given.promise])',
    to: 'return await ask(call.signal)',
    test: 'docker/deadline.test.ts',
    title: 'a call without an answer in time fails, even one that looks at no signal',
  },
  {
    file: 'docker/modem.ts',
    from: 'if (size > limit) response.destroy(tooLong(limit))',
    to: 'if (size > 1e9) response.destroy(tooLong(limit))',
    test: 'docker/bounds.test.ts',
    title: 'an answer without an end is an error, and is not kept: %s',
  },
  {
    file: 'docker/lines.ts',
    from: 'if (rest.length > LONGEST)',
    to: 'if (rest.length > 99 * LONGEST)',
    test: 'docker/lines.test.ts',
    title: 'a line without end is refused before it fills the memory',
  },
  {
    file: 'cli/diagnose/bundle.ts',
    from: "return 'text' in item ? masked(item.text, secrets)",
    to: "return 'text' in item ? item.text",
    test: 'cli/diagnose.test.ts',
    title: 'the bundle holds what it says, and none of the planted secrets',
  },
]

/** Claims that are about more than the code of src, and by which test they are held: nothing here can be changed for them. */
export const ELSEWHERE: readonly string[] = [
  'heal/flood.test.ts',
  'systemd/outages.test.ts',
  'systemd/service.test.ts',
  'host/takeover.test.ts',
  'docker/connection.test.ts',
  'engine/least-privilege.test.ts',
  'cli/json.test.ts',
  'package/started.test.ts',
  'package/package.test.ts',
  'supply-chain.test.ts',
]
