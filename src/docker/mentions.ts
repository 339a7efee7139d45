// Which of some words occur in a container's environment and command. The answer is words that were asked for and nothing
// else: an environment holds passwords, and none of it leaves this file.
import type { Mentions } from '../init/rules/evidence.ts'

/** `config`: `Config` of an inspect, as it came. */
export function mentionsIn(config: unknown, words: readonly string[]): Mentions {
  const { Env, Cmd, Entrypoint } = (typeof config === 'object' && config !== null ? config : {}) as Readonly<
    Record<string, unknown>
  >
  return { environment: among(words, textsOf(Env)), command: among(words, [...textsOf(Entrypoint), ...textsOf(Cmd)]) }
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter(v => typeof v === 'string') : []
}

/** As a host stands in a URL or a list: `supabase-db` is neither in `supabase-db-2` nor in `supabase-db.example.com`. */
function among(words: readonly string[], texts: readonly string[]): readonly string[] {
  return words.filter(word => {
    const source = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const whole = new RegExp(`(?<![\\w.-])${source}(?![\\w-]|\\.\\w)`, 'i')
    return texts.some(text => whole.test(text))
  })
}
