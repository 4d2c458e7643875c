/**
 * Milliseconds that this thread has worked so far. What one request may take of it is measured by this: by the clock it would
 * be told that it takes too long because others, of this machine, were at work.
 */
export function worked(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
