/** A uri and all that contain it: `http://a/b/c` is below `http://a/b`, below `http://a` (R4 search, `:above`). */
export function pathsAbove(uri: string): string[] {
  const paths = [uri]
  const root = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(uri)?.[0]
  if (root === undefined) return paths
  for (let path = uri.replace(/\/[^/]*$/, ''); path.length >= root.length; path = path.replace(/\/[^/]*$/, '')) {
    paths.push(path, `${path}/`)
    if (path === root) break
  }
  return paths
}

/** Whether a uri is another, or lies below it by the segments of its path (R4 search, `:below`). */
export function isBelow(uri: string, root: string): boolean {
  const trimmed = root.replace(/\/+$/, '')
  return uri === trimmed || uri === root || uri.startsWith(`${trimmed}/`)
}
