import { type Entry, snapshotPageBytes } from './store.ts'

/** Entries in the pages of a snapshot. */
export async function* pagesOf(entries: Iterable<Entry>): AsyncGenerator<readonly Entry[]> {
  let page: Entry[] = []
  let bytes = 0
  for (const entry of entries) {
    page.push(entry)
    bytes += entry.key.length + entry.value.length
    if (bytes < snapshotPageBytes) continue
    yield page
    page = []
    bytes = 0
  }
  if (page.length > 0) yield page
}
