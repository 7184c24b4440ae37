/** How far a backup or a restore is, for whoever waits. */

/** How much has gone through. */
export interface Amount {
  readonly entries: number
  readonly bytes: number
}

/** Told of every page; says so now and then. */
export type Progress = (done: Amount) => void

/** Where no terminal is, a line after so long; on one, so often. */
const pauseMs = { lines: 10_000, terminal: 200 }

/** Writes progress to standard error: one line that changes on a terminal, lines elsewhere. */
export function progressTo(
  stream: NodeJS.WriteStream,
  verb: string,
  total?: Amount,
): { readonly progress: Progress; end(done: Amount): void } {
  const isTerminal = stream.isTTY === true
  const pause = isTerminal ? pauseMs.terminal : pauseMs.lines
  let said = performance.now()
  const write = (done: Amount) => {
    const share =
      total !== undefined && total.entries > 0
        ? ` (${Math.floor((100 * done.entries) / total.entries)} %)`
        : ''
    const text = `${verb} ${amountText(done)}${share}`
    stream.write(isTerminal ? `\r${text}\u001b[K` : `${text}\n`)
  }
  return {
    progress(done) {
      if (performance.now() - said < pause) return
      said = performance.now()
      write(done)
    },
    end(done) {
      write(done)
      if (isTerminal) stream.write('\n')
    },
  }
}

/** `12,345 entries, 6.7 MB` */
export function amountText({ entries, bytes }: Amount): string {
  return `${entries.toLocaleString('en-US')} entries, ${(bytes / 1_000_000).toFixed(1)} MB`
}
