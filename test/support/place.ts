/** The settings by which a server works on the store that a folder of `storeFolder` stands for. */
export function placeOf(folder: string): Record<string, string> {
  return { DATA_DIR: folder }
}
