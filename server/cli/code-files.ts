import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Loader } from '../../resources/terminology/loaders/loader.ts'

/** Folders within each other that are looked into; SNOMED CT's have four. */
const DEEPEST = 8

/** A file of codes, with its size in bytes. */
export interface CodeFile {
  path: string
  size: number
}

/** What a loader is to read. */
export interface Task {
  loader: Loader
  files: CodeFile[]
}

/**
 * Which of the files, and of those in the folders, each loader takes; loaders that take none are left out, and the files that
 * no loader takes are told.
 *
 * @throws Error with words for the user, when a file is named that none of the loaders takes, or there is nothing for any of them
 */
export async function tasksFor(
  loaders: readonly Loader[],
  paths: readonly string[],
): Promise<{ tasks: Task[]; left: string[] }> {
  const takes = (path: string) => loaders.some((loader) => loader.takes(basename(path)))
  const found: CodeFile[] = []
  const left: string[] = []
  for (const path of paths) {
    const info = await stat(path)
    if (!info.isDirectory()) {
      if (!takes(path)) throw new Error(`${path} is none of the files of ${wanted(loaders)}`)
      found.push({ path, size: info.size })
      continue
    }
    for (const file of await filesIn(path, DEEPEST)) (takes(file.path) ? found : []).push(file)
    left.push(...(await filesIn(path, DEEPEST)).filter((file) => !takes(file.path)).map((file) => basename(file.path)))
  }
  const tasks = loaders
    .map((loader) => ({ loader, files: found.filter(({ path }) => loader.takes(basename(path))) }))
    .filter(({ files }) => files.length > 0)
  if (tasks.length === 0) throw new Error(`There are no files of ${wanted(loaders)}`)
  return { tasks, left }
}

async function filesIn(folder: string, depth: number): Promise<CodeFile[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const files: CodeFile[] = []
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isFile()) files.push({ path, size: (await stat(path)).size })
    else if (entry.isDirectory() && depth > 0) files.push(...(await filesIn(path, depth - 1)))
  }
  return files
}

function wanted(loaders: readonly Loader[]): string {
  return loaders.map(({ kind, files }) => (loaders.length > 1 ? kind : `${kind}: ${files}`)).join(', ')
}
