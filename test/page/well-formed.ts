/** Reads HTML as strictly as nothing else does: every tag closed, every attribute quoted, no stray `<`, `>` or `&`. */

const VOID = new Set(['meta', 'br', 'link'])
const TAG = /<(\/?)([a-z][a-z0-9]*)((?: [a-z][a-z0-9:-]*(?:="[^"<>`']*")?)*)(\/?)>/gi

/** The tags with the names of their attributes, in order. Throws where the text is not well-formed. */
export function skeletonOf(document: string): readonly string[] {
  const html = document.replace(/<style>[^<]*<\/style>/, '<style></style>').replace(/^<!doctype html>\n/, '')
  const open: string[] = []
  const found: string[] = []
  let end = 0
  for (const match of html.matchAll(TAG)) {
    textIsPlain(html.slice(end, match.index))
    end = match.index + match[0].length
    const [, closing = '', name = '', attributes = '', selfClosing = ''] = match
    if (closing === '/') {
      const expected = open.pop()
      if (expected !== name) throw new Error(`</${name}> closes <${expected}> at ${html.slice(match.index - 60, end)}`)
    } else if (!VOID.has(name) && selfClosing === '') open.push(name)
    const names = [...attributes.matchAll(/ ([a-z][a-z0-9:-]*)(?:="([^"]*)")?/gi)].map(([, key = '', value = '']) => {
      textIsPlain(value)
      return key
    })
    found.push(`${closing}${name} ${names.join(' ')}`)
  }
  textIsPlain(html.slice(end))
  if (open.length > 0) throw new Error(`never closed: ${open.join(', ')}`)
  return found
}

function textIsPlain(text: string): void {
  const stray = /[<>]|&(?!(?:amp|lt|gt|quot|#39|#96);)/.exec(text)
  if (stray !== null) throw new Error(`not escaped: ${text.slice(Math.max(0, stray.index - 40), stray.index + 40)}`)
  const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.exec(text.replaceAll('\n', ''))
  if (unseen !== null) throw new Error(`has something that cannot be seen in it: ${JSON.stringify(text)}`)
}
