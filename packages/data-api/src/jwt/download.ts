import { type KeySet, readKeySet } from './key-set.ts'

/** Largest body of a JWK set, in bytes. With the number of sets kept, it bounds them to 16 MB in all. */
const bodyBytesMax = 64 * 1024

/** How long a download may take. */
const downloadTimeoutMs = 5000

/** A JWK set as a server gave it. */
export interface Downloaded {
  readonly keys: KeySet
  readonly etag: string | undefined
}

/**
 * Downloads a JWK set (data-model §7.1). Bounded in time and size; a redirect is a failure, because who
 * answers at the address that was configured could otherwise choose any other for us to ask.
 *
 * @param etag of the set that is known: asks whether there is a newer one
 * @returns undefined for any failure, the network's included
 */
export async function downloadKeySet(
  uri: string,
  etag: string | undefined,
): Promise<Downloaded | 'unchanged' | undefined> {
  try {
    const response = await fetch(uri, {
      headers: { accept: 'application/json', ...(etag && { 'if-none-match': etag }) },
      redirect: 'error',
      signal: AbortSignal.timeout(downloadTimeoutMs),
    })
    if (response.status === 304 && etag !== undefined) return 'unchanged'
    const body = response.status === 200 ? await boundedText(response) : undefined
    if (body === undefined) {
      await response.body?.cancel()
      return undefined
    }
    const keys = readKeySet(body)
    return keys && { keys, etag: response.headers.get('etag') ?? undefined }
  } catch {
    // Unreachable, too slow, redirected, cut short: for a token they are all the same.
    return undefined
  }
}

/** The body as text, counted as it comes (and decompressed); undefined if it is too long. */
async function boundedText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > bodyBytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
