// Text in a header, of an e-mail or of HTTP: ASCII as it is, all else as encoded words (RFC 2047). No line feed ever gets in.

/** At most 75 characters a word, of which 12 are its frame: 45 bytes are 60 characters. */
const BYTES = 45

/** `fold` stands between two words: a blank, and a line feed before it where the header may be folded. */
export function headerText(text: string, fold = ' '): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim()
  // What looks like an encoded word would be decoded.
  if (/^[ -~]*$/.test(line) && !line.includes('=?')) return line
  const words: string[] = []
  let part = ''
  for (const character of line) {
    if (Buffer.byteLength(part + character) > BYTES) {
      words.push(part)
      part = ''
    }
    part += character
  }
  if (part !== '') words.push(part)
  return words.map(w => `=?UTF-8?B?${Buffer.from(w).toString('base64')}?=`).join(fold)
}
