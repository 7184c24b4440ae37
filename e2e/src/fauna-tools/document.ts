import { readFileSync } from 'node:fs'

/** A block of code of a document that its test carries out. */
export type Block =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'script'; readonly text: string }

/**
 * The blocks of a document in `docs/` that are marked for its test, in order: those that begin
 * ```` ```js file=NAME ```` are files, those that begin ```` ```sh run ```` are run.
 *
 * @throws Error at a mark that is neither
 */
export function blocksOf(document: string): Block[] {
  const text = readFileSync(new URL(`../../../docs/${document}`, import.meta.url), 'utf8')
  return [...text.matchAll(/^```(\w+) ([^\n]+)\n(.*?)^```$/gms)].map(([, , mark, code]) => {
    const name = /^file=(\S+)$/.exec(mark ?? '')?.[1]
    if (name !== undefined) return { kind: 'file', name, text: code ?? '' }
    if (mark === 'run') return { kind: 'script', text: code ?? '' }
    throw new Error(`${document}: what is a block marked ${mark}?`)
  })
}
