// What must agree before a release, from the texts of this checkout alone: each disagreement in words.

export interface Facts {
  readonly pkg: { readonly version: string; readonly author?: string }
  readonly lock: {
    readonly version: string
    readonly packages: Readonly<Record<string, { readonly version?: string }>>
  }
  readonly changelog: string
  /** Those that name the files of a release. */
  readonly documents: readonly { readonly path: string; readonly text: string }[]
  /** Nothing in the checkout is changed. */
  readonly isClean: boolean
  /** Of the commit. */
  readonly tags: readonly string[]
}

/** The part of the changelog for this version, or of what is not released yet. */
export function sectionOf(changelog: string, version: string): { readonly text: string; readonly isReleased: boolean } {
  const part = (title: string): string | undefined =>
    new RegExp(`^## \\[?${title}\\]?(?: [^\\n]*)?\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(changelog)?.[1]
  const released = part(version.replaceAll('.', '\\.'))
  return { text: (released ?? part('Unreleased') ?? '').trim(), isReleased: released !== undefined }
}

/** What contradicts package.json. */
export function wrongIn({
  pkg: { version },
  lock,
  changelog,
  documents,
}: Pick<Facts, 'pkg' | 'lock' | 'changelog' | 'documents'>): readonly string[] {
  const locked = [lock.version, lock.packages['']?.version].filter(v => v !== version)
  const named = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/netheal[-_](\d+\.\d+\.\d+(?:-(?!linux)[\w.]+)?)(?=[-_])/g)]
      .filter(([, v]) => v !== version)
      .map(([name]) => `${path} names ${name}, and package.json has version ${version}`),
  )
  const says = sectionOf(changelog, version).text
  return [
    ...(/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) ? [] : [`package.json: ${version} is no version`]),
    ...locked.map(v => `package-lock.json has version ${v}, and package.json has ${version}`),
    ...(says === '' ? [`CHANGELOG.md says nothing of ${version}, nor of what is unreleased`] : []),
    ...new Set(named),
  ]
}

/** What a release needs, and a dry run does not. */
export function stillToDo({
  pkg: { version, author = '' },
  changelog,
  isClean,
  tags,
}: Pick<Facts, 'pkg' | 'changelog' | 'isClean' | 'tags'>): readonly string[] {
  const isAddress = /^[^<>]+ <[^<>@\s]+@[^<>@\s]+\.[^<>@\s]+>$/.test(author)
  return [
    ...(isAddress ? [] : ['set "author" in package.json to the maintainer: "NAME <ADDRESS>"']),
    ...(sectionOf(changelog, version).isReleased ? [] : [`rename "Unreleased" in CHANGELOG.md to "${version} - DATE"`]),
    ...(isClean ? [] : ['commit what is changed']),
    ...(tags.includes(`v${version}`) ? [] : [`tag the commit: git tag -s v${version}`]),
  ]
}
