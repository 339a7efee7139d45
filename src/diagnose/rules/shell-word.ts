/** What is told to be typed must not do anything else when it is. */
export function word(text: string): string {
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
