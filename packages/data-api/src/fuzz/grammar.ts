/**
 * What the form table says of fuzzed queries: which samples an argument accepts, and which forms make
 * something that it accepts. Nothing is written down twice: samples are evaluated in the seeded database and
 * shown to the casts themselves, and each form is tried a few times to see what it gives.
 */
import {
  type ApiVersion,
  type Context,
  evaluate,
  forms,
  newMeter,
  Position,
  parse,
  parseJson,
  QueryError,
  RequestError,
  type Value,
} from '@vivarium/fql'
import { openMemoryStore, type Store } from '@vivarium/store'
import { authenticate } from '../model/authenticate.ts'
import { DatabaseView } from '../model/database-view.ts'
import { UnitOfWork } from '../model/unit-of-work.ts'
import { TestClock } from '../testing/test-data-api.ts'
import { type Json, samples } from './samples.ts'
import { type Seeded, seedDatabase } from './seeded-database.ts'

type LanguageForm = (typeof forms)[number]
type Cast = LanguageForm['casts'][number]

/** What an argument is, as queries are made of it. */
export interface Argument {
  readonly key: string
  readonly mode: Cast['mode']
  readonly isOptional: boolean
  readonly accepts: Acceptance
}

/** What a cast accepts. One object for each cast. */
export interface Acceptance {
  readonly right: readonly Json[]
  /** Names of the forms that have given something that it accepts. */
  readonly makers: Set<string>
}

/** A form as queries are made of it. */
export interface FuzzedForm {
  /** Its keys. */
  readonly name: string
  readonly arguments: readonly Argument[]
  readonly exclusive: readonly string[]
  readonly writes: boolean
}

/** The forms of the newest version, and the database that they were tried on. */
export interface Grammar {
  readonly forms: ReadonlyMap<string, FuzzedForm>
  readonly seeded: Seeded
  /** The clock after seeding, in microseconds. */
  readonly micros: bigint
}

const version: ApiVersion = '4'

/** How often a form is tried with right arguments. */
const trials = 6

/** Reads the grammar off the form table. */
export async function readGrammar(): Promise<Grammar> {
  const clock = new TestClock()
  const store = openMemoryStore({ now: clock.now })
  const seeded = await seedDatabase(store, clock)
  const bench = new Bench(store, seeded.secrets.admin)
  const values = await bench.run((context) => samples.map((one) => evaluated(one, context)))
  const newest = forms.filter((form) => form.until === undefined)
  const made = new Map<string, readonly Value[]>()
  const acceptances = new Map<Cast['convert'], Acceptance>()
  const accepts = async (cast: Cast): Promise<Acceptance> => {
    const known = acceptances.get(cast.convert)
    if (known !== undefined) return known
    const right = await bench.run((context) =>
      samples.filter((_, i) => cast.mode === 'lazy' || isAccepted(cast, values[i], context)),
    )
    const acceptance = { right: right.length === 0 ? samples : right, makers: new Set<string>() }
    acceptances.set(cast.convert, acceptance)
    return acceptance
  }
  const described = new Map<string, FuzzedForm>()
  for (const form of newest.flatMap((one) => [one, ...one.aliases])) {
    const name = form.keys.join()
    const fuzzed = {
      name,
      exclusive: form.exclusive,
      writes: form.effect === 'write',
      arguments: await Promise.all(
        form.casts.map(async (cast, i) => ({
          key: form.keys[i] ?? '',
          mode: cast.mode,
          isOptional: cast.isOptional,
          accepts: await accepts(cast),
        })),
      ),
    }
    described.set(name, fuzzed)
    made.set(name, await resultsOf(fuzzed, bench))
  }
  await bench.run((context) => {
    for (const cast of newest.flatMap((form) => form.casts)) {
      for (const [name, results] of made) {
        const isMaker = results.some((value) => isAccepted(cast, value, context))
        if (isMaker) acceptances.get(cast.convert)?.makers.add(name)
      }
    }
  })
  return { forms: described, seeded, micros: clock.micros }
}

/** What a form gives for arguments that its casts accept. */
function resultsOf(form: FuzzedForm, bench: Bench): Promise<readonly Value[]> {
  return bench.run((context) =>
    Array.from({ length: trials }, (_, trial) => evaluated(trialOf(form, trial), context)).filter(
      (value) => value !== undefined,
    ),
  )
}

function trialOf(form: FuzzedForm, trial: number): Json {
  const call: Record<string, Json> = {}
  for (const [i, { key, mode, isOptional, accepts }] of form.arguments.entries()) {
    const isExcluded = form.exclusive.includes(key) && form.exclusive.some((one) => one in call)
    if (isExcluded || (isOptional && trial % 2 === 0)) continue
    call[key] =
      mode === 'lambda'
        ? { lambda: trial < 3 ? 'x' : ['x', '_'], expr: { var: 'x' } }
        : (accepts.right[(trial * 7 + i) % accepts.right.length] ?? null)
  }
  return call
}

function evaluated(literal: Json, context: Context): Value | undefined {
  try {
    const parsed = parseJson(JSON.stringify(literal))
    return evaluate(parse(parsed, { version, names: context.documents }), undefined, context)
  } catch (error) {
    if (error instanceof QueryError || error instanceof RequestError) return undefined
    throw error
  }
}

function isAccepted(cast: Cast, value: Value | undefined, context: Context): boolean {
  if (value === undefined || cast.mode === 'lazy') return cast.mode === 'lazy'
  try {
    cast.convert(value, Position.root, context)
    return true
  } catch (error) {
    if (error instanceof QueryError) return false
    throw error
  }
}

/** Evaluates on a database and lets go of what was written. */
class Bench {
  readonly #store: Store
  readonly #secret: string

  constructor(store: Store, secret: string) {
    this.#store = store
    this.#secret = secret
  }

  async run<T>(body: (context: Context) => T): Promise<T> {
    const done: { result?: T } = {}
    const discarded = new Error('the writes of a trial are not kept')
    await this.#store
      .transact(
        (transaction) => {
          const meter = newMeter()
          const unit = new UnitOfWork({
            transaction,
            schemas: new Map(),
            meter,
            version,
            entropy: () => Buffer.from('trial'),
          })
          const authenticated = authenticate(unit, this.#secret, [])
          if (authenticated === undefined) throw new Error('the secret opens nothing')
          const documents = new DatabaseView(unit, authenticated.caller)
          const limit = { effect: 'write', where: 'post requests' } as const
          done.result = body({ documents, version, at: undefined, limit, meter })
          throw discarded
        },
        { intent: 'write' },
      )
      .catch((error: unknown) => {
        if (error !== discarded) throw error
      })
    if (!('result' in done)) throw new Error('the trial did not end')
    return done.result as T
  }
}
