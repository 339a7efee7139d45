/**
 * The file of a thread of our own: main.ts, which finds its work by an argument of thread-argument.ts. The bundle is one file,
 * and knows itself by its own name; in a package that is the name of what starts it.
 */
export function threadFile(): string {
  const self = import.meta.filename
  return self.endsWith('.ts') ? self.replace(/cli\/[^/]*$/, 'main.ts') : self
}
