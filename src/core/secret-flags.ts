// Which words of a command are secrets for the word before them: `--token SECRET`, `docker login -p SECRET`, `mysql -pSECRET`.

/** What the next word, or the rest of this one, is. `from`: where the secret begins in this word. */
export type FlagReading =
  | { readonly kind: 'next' }
  | { readonly kind: 'next-user' }
  | { readonly kind: 'joined'; readonly from: number }
  | null

/** Short flags whose value is a secret, by the program; `joined`: only written together, as of mysql. */
const SHORT: Readonly<Record<string, { readonly flag: string; readonly joined: boolean }>> = {
  login: { flag: '-p', joined: false },
  sshpass: { flag: '-p', joined: false },
  'redis-cli': { flag: '-a', joined: false },
  ...Object.fromEntries(
    ['mysql', 'mysqldump', 'mysqladmin', 'mariadb', 'mariadb-dump'].map(name => [name, { flag: '-p', joined: true }]),
  ),
}

/** Names a file or says where from: what follows is no secret. */
const SOURCE = /(?:stdin|file|path|name|env|type|id|prompt)$/i

/** Reads the words of one command after another; `end` is between two commands. */
export function flagReader(isSecret: (name: string) => boolean): {
  read(word: string): FlagReading
  end(): void
} {
  let short: (typeof SHORT)[string] | null = null
  return {
    read(word) {
      if (!word.startsWith('-')) {
        const program = word.slice(word.lastIndexOf('/') + 1)
        if (Object.hasOwn(SHORT, program)) short = SHORT[program] ?? null
        return null
      }
      if (word === '-u' || word === '--user') return { kind: 'next-user' }
      if (short !== null && word.startsWith(short.flag) && !word.startsWith('--')) {
        if (word.length > short.flag.length) return { kind: 'joined', from: short.flag.length }
        return short.joined ? null : { kind: 'next' }
      }
      return /^-[\w-]+$/.test(word) && isSecret(word) && !SOURCE.test(word) ? { kind: 'next' } : null
    },
    end() {
      short = null
    },
  }
}

/** `user:password`, and not the `1000:1000` of `docker run -u`. */
export function isUserAndPassword(word: string): boolean {
  return /^[^:\s]*:[^\s]/.test(word) && !/^\d+:\d+$/.test(word)
}
