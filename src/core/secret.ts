// A value that must not be shown: written in the config as it is, or where to find it. Resolved by whoever uses it, as late
// as possible; `config`, logs and errors see this and never the value.

/**
 * `plain`: it stands in the config itself. `env`: in that environment variable. `file`: in that file, absolute, or a name
 * below systemd's CREDENTIALS_DIRECTORY; what is read has its surrounding white space taken away.
 */
export type Secret =
  | { readonly kind: 'plain'; readonly value: string }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
