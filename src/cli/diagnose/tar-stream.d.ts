// tar-stream 2.2.0 has no types. What is used of it here.
declare module 'tar-stream' {
  interface Pack extends NodeJS.ReadableStream {
    entry(header: { readonly name: string; readonly mode: number; readonly mtime: Date }, content: string): void
    finalize(): void
  }
  const tar: { pack(): Pack }
  export default tar
}
