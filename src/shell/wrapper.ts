// Commands that run another one: sudo, timeout, nsenter and their kind, with the words that are theirs, so that the rest is
// what they run.
import { known, type Value } from './value.ts'

/** `words`: how many of their own they take besides options. `valued`: their short options with a value of its own. */
interface Wrapper {
  readonly words: number
  readonly valued: string
}

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  sudo: { words: 0, valued: 'ughpCrtTDRU' },
  doas: { words: 0, valued: 'uC' },
  runuser: { words: 0, valued: 'ugG' },
  env: { words: 0, valued: 'uCS' },
  exec: { words: 0, valued: 'a' },
  command: { words: 0, valued: '' },
  builtin: { words: 0, valued: '' },
  nohup: { words: 0, valued: '' },
  nice: { words: 0, valued: 'n' },
  ionice: { words: 0, valued: 'cnpPu' },
  chronic: { words: 0, valued: '' },
  cronic: { words: 0, valued: '' },
  setsid: { words: 0, valued: '' },
  time: { words: 0, valued: 'fo' },
  stdbuf: { words: 0, valued: 'ioe' },
  'systemd-cat': { words: 0, valued: 'tp' },
  'systemd-run': { words: 0, valued: 'pMu' },
  'systemd-inhibit': { words: 0, valued: '' },
  nsenter: { words: 0, valued: 'tSGW' },
  unshare: { words: 0, valued: 'SGR' },
  setpriv: { words: 0, valued: '' },
  watch: { words: 0, valued: 'n' },
  retry: { words: 0, valued: 'tdn' },
  busybox: { words: 0, valued: '' },
  'run-one': { words: 0, valued: '' },
  timeout: { words: 1, valued: 'ks' },
  flock: { words: 1, valued: 'wE' },
  lckdo: { words: 1, valued: 'W' },
  chrt: { words: 1, valued: 'TPD' },
  taskset: { words: 1, valued: '' },
  chroot: { words: 1, valued: '' },
}
const LONG_VALUED =
  /^--(user|group|chdir|chroot|prompt|host|signal|kill-after|wait|timeout|priority|identifier|target|adjustment|class|classdata|property|unit|uid|gid|root|wd|interval|setenv|description|on-\w+)$/

/** What it runs, with the variables that it sets; null for what is no wrapper. */
export function unwrapped(
  words: readonly Value[],
): { readonly rest: readonly Value[]; readonly sets: readonly string[] } | null {
  const name = programOf(words)
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined
  // `runuser -l USER -c TEXT` is su's other name.
  if (wrapper === undefined || (name === 'runuser' && words.some(w => known(w) === '-c'))) return null
  const sets: string[] = []
  let own = wrapper.words
  let i = 1
  for (; i < words.length; i++) {
    const text = known(words[i])
    if (text === '--') {
      i++
      break
    }
    // `flock FILE -c 'docker ...'`; `command -v docker` runs nothing.
    if (name === 'flock' && text === '-c') return { rest: [['sh'], ...words.slice(i)], sets }
    if (name === 'command' && (text === '-v' || text === '-V')) return { rest: [], sets }
    if (text?.startsWith('-')) {
      if (LONG_VALUED.test(text) || (/^-\w$/.test(text) && wrapper.valued.includes(text.slice(1)))) i++
    } else if ((name === 'env' || name === 'sudo') && text !== null && /^\w+=/.test(text)) sets.push(text)
    else if (own > 0) own--
    else break
  }
  // An own word may stand before `--`, too: `chroot /host -- docker`.
  return { rest: words.slice(i), sets }
}

/** The name of the program, without its folder; empty where it is not known. */
export function programOf(words: readonly Value[]): string {
  return (known(words[0]) ?? '').split('/').at(-1) ?? ''
}

/** The words without options; of these some take the next word. */
export function withoutOptions(words: readonly Value[], valued: string): readonly Value[] {
  let i = 0
  for (; i < words.length; i++) {
    const text = known(words[i])
    if (text === '--') return words.slice(i + 1)
    if (!text?.startsWith('-') || text === '-') break
    if (/^-\w$/.test(text) && valued.includes(text.slice(1))) i++
  }
  return words.slice(i)
}
