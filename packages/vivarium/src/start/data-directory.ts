/**
 * What the data directory holds besides the store:
 *
 * ```
 * store/              the LMDB environment, unless --store says otherwise
 * root.key            the data API's root secret, if it was made here
 * token-trigger.key   the server key of the token trigger
 * seeded.json         what seeding made: the ids that the web application needs
 * functions.json      functions besides the token trigger, if somebody put it there; only read
 * ```
 *
 * The keys are readable by their owner alone.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { access, constants, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { StartError } from '../command/usage-error.ts'

/** @see DataDirectory */
export interface RootKey {
  readonly secret: string
  /** Whether it was just made: then it is to be shown, once. */
  readonly isNew: boolean
}

/** What seeding left for later starts. */
export interface Seeded {
  readonly userPoolId: string
  readonly clientId: string
  /** By these they are found again; absent if an older version has seeded. */
  readonly poolName?: string | undefined
  readonly clientName?: string | undefined
  /** Whose tokens are secrets of the database; absent if the trigger's are. */
  readonly accessProvider?: { readonly issuer: string; readonly jwksUri: string } | undefined
}

const seededFile = z.object({
  store: z.string(),
  userPoolId: z.string(),
  clientId: z.string(),
  poolName: z.string().optional(),
  clientName: z.string().optional(),
  accessProvider: z.object({ issuer: z.string(), jwksUri: z.string() }).optional(),
})

/** An open data directory. */
export class DataDirectory {
  readonly path: string

  private constructor(directory: string) {
    this.path = directory
  }

  /** Makes it if it is missing. @throws StartError if it cannot be used */
  static async open(directory: string): Promise<DataDirectory> {
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch (cause) {
      throw new StartError(
        `The data directory ${directory} cannot be written: ${codeOf(cause)}. ` +
          'Choose another with --data-dir, or make this user its owner.',
        { cause },
      )
    }
    return new DataDirectory(directory)
  }

  get rootKeyFile(): string {
    return path.join(this.path, 'root.key')
  }

  get serverKeyFile(): string {
    return path.join(this.path, 'token-trigger.key')
  }

  get #seededFile(): string {
    return path.join(this.path, 'seeded.json')
  }

  /** The root secret, made if there is none yet. */
  async rootKey(): Promise<RootKey> {
    const kept = await this.#read(this.rootKeyFile)
    if (kept !== undefined && kept.trim() !== '') return { secret: kept.trim(), isNew: false }
    // No key's secret begins so: it can never be taken for one (wire §2.5).
    const secret = `root-${randomBytes(32).toString('base64url')}`
    const isNew = await this.#create(this.rootKeyFile, `${secret}\n`)
    if (isNew) return { secret, isNew }
    // Another process that starts on this directory was faster.
    return this.rootKey()
  }

  /** What was seeded into that store, if it was. */
  async seeded(store: string): Promise<Seeded | undefined> {
    const text = await this.#read(this.#seededFile)
    if (text === undefined) return undefined
    const found = seededFile.safeParse(parseJson(text))
    return found.success && found.data.store === store ? found.data : undefined
  }

  async keepSeeded(store: string, seeded: Seeded): Promise<void> {
    const text = `${JSON.stringify({ store, ...seeded }, undefined, 2)}\n`
    await this.#write(text, (beside) => rename(beside, this.#seededFile))
  }

  /** Forgets what was seeded into that store. */
  async forgetSeeded(store: string): Promise<void> {
    if ((await this.seeded(store)) !== undefined) await rm(this.#seededFile, { force: true })
  }

  async #read(file: string): Promise<string | undefined> {
    try {
      return await readFile(file, 'utf8')
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return undefined
      throw new StartError(`${file} cannot be read: ${codeOf(cause)}.`, { cause })
    }
  }

  /** Makes a file that must not be there yet; false if it is. */
  async #create(file: string, text: string): Promise<boolean> {
    try {
      await this.#write(text, (beside) => link(beside, file))
      return true
    } catch (error) {
      if (error instanceof StartError && codeOf(error.cause) === 'EEXIST') return false
      throw error
    }
  }

  /** Written beside and put into place whole, so that a crash leaves no half of it. */
  async #write(text: string, place: (beside: string) => Promise<void>): Promise<void> {
    const beside = path.join(this.path, `.${randomUUID()}`)
    try {
      const file = await open(beside, 'wx', 0o600)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await place(beside)
    } catch (cause) {
      throw new StartError(`${this.path} cannot be written: ${codeOf(cause)}.`, { cause })
    } finally {
      await rm(beside, { force: true })
    }
  }
}

/** The system's code of an error. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.message : String(error)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
