/** Values to the JSON of answers (wire §5). */
import { type ApiVersion, atLeast } from './api-version.ts'
import type { Documents } from './documents.ts'
import { RequestError } from './errors.ts'
import type { Expression } from './expression.ts'
import { renderName, renderString } from './render-string.ts'
import { unreachable } from './unreachable.ts'
import type { DocumentValue } from './values/document.ts'
import type { EventValue } from './values/event.ts'
import type { LambdaValue } from './values/lambda.ts'
import type { PageValue } from './values/page.ts'
import { nativeOf, Ref, type UnresolvedRef } from './values/ref.ts'
import type { SetDescription, SetValue } from './values/set.ts'
import { formatDate, formatTime } from './values/time.ts'
import { isArray, type Value } from './values/value.ts'

/** What rendering needs: how refs are named, and the version of the request. */
export interface RenderOptions {
  readonly describe: Documents['describe']
  readonly version: ApiVersion
  /**
   * Write lambda bodies so that they parse back to themselves: quoted objects keep their `quote`, which
   * answers leave out (wire §6). Default false.
   */
  readonly keepQuotes?: boolean
}

/**
 * The longest answer, in UTF-16 units. The reference has no such limit but its memory: a document of 8 MiB
 * can be put into a page a hundred thousand times.
 */
export const renderedLengthMax = 2 ** 26

/**
 * The JSON text of a value; what cannot be rendered as a whole is `null` (wire §5.3).
 *
 * @throws RequestError `bad request` if it would be longer than `renderedLengthMax`
 */
export function render(value: Value, options: RenderOptions): string {
  return new Renderer(options).value(value) ?? 'null'
}

/**
 * A lambda as text that two lambdas share exactly if they are the same: bodies by structure, refs by
 * their internal ids, so that no name is looked up (fql-v4 §3.1, §3.2).
 */
export function storedForm(lambda: LambdaValue): string {
  return render(lambda, { version: '4', keepQuotes: true, describe: describeById })
}

const describeById: Documents['describe'] = (ref) => ({
  id: String(ref.id),
  collection: { name: String(ref.collection), isNative: true },
  databases: [String(ref.database)],
})

/** Java's `Double.toString`, in its shortest exact form (wire §5.2). */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '-Infinity' : 'Infinity'
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e')
    return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`
  }
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

class Renderer {
  readonly #describe: Documents['describe']
  readonly #version: ApiVersion
  readonly #isModern: boolean
  /** The key of a ref's collection. */
  readonly #ownerKey: 'collection' | 'class'
  readonly #keepQuotes: boolean
  /** The user collection of the last document ref, as it renders: refs in one answer mostly share it. */
  #lastOwner:
    | { readonly database: bigint; readonly collection: number; readonly json: string }
    | undefined

  constructor(options: RenderOptions) {
    this.#describe = options.describe
    this.#version = options.version
    this.#isModern = atLeast(options.version, '2.7')
    this.#ownerKey = this.#isModern ? 'collection' : 'class'
    this.#keepQuotes = options.keepQuotes ?? false
  }

  /** Undefined for a ref that no longer belongs to anything. */
  value(value: Value): string | undefined {
    switch (typeof value) {
      case 'string':
        return renderString(value)
      case 'number':
      case 'bigint':
      case 'boolean':
        return String(value)
      default:
    }
    if (value === null) return 'null'
    if (isArray(value)) return this.#array(value)
    switch (value.kind) {
      case 'object':
        return this.#object(value.keys, value.values)
      case 'document':
        return this.#document(value)
      case 'ref':
        return this.#ref(value)
      case 'double':
        return Number.isFinite(value.value)
          ? formatDouble(value.value)
          : `"${formatDouble(value.value)}"`
      case 'page':
        return this.#page(value)
      case 'time':
        return `{"@ts":"${formatTime(value)}"}`
      case 'date':
        return `{"@date":"${formatDate(value)}"}`
      case 'transaction time':
        return String(value.micros)
      case 'bytes':
        return `{"@bytes":"${Buffer.from(value.bytes).toString('base64')}"}`
      case 'uuid':
        return `{"@uuid":"${value.text}"}`
      case 'action':
        return `"${value.name}"`
      case 'unresolved':
        return this.#unresolved(value)
      case 'set':
        return this.#set(value)
      case 'lambda':
        return `{"@query":${this.#lambda(value)}}`
      case 'event':
        return this.#event(value)
      case 'sourced':
        return this.#object(['value', 'sources'], [value.value, value.sources])
      default:
        return unreachable(value)
    }
  }

  #array(elements: readonly Value[]): string {
    let text = ''
    for (const element of elements) {
      const rendered = this.value(element)
      if (rendered === undefined) continue
      text += text === '' ? rendered : `,${rendered}`
      checkLength(text)
    }
    return `[${text}]`
  }

  /** Fields without the braces around them. */
  #fields(keys: readonly string[], values: readonly Value[]): string {
    let text = ''
    for (let i = 0; i < keys.length; i++) {
      const rendered = this.value(values[i] as Value)
      if (rendered === undefined) continue
      const name = renderName(keys[i] as string)
      text += text === '' ? name + rendered : `,${name}${rendered}`
      checkLength(text)
    }
    return text
  }

  #object(keys: readonly string[], values: readonly Value[]): string {
    const fields = this.#fields(keys, values)
    for (const key of keys) if (key.charCodeAt(0) === 0x40) return `{"@obj":{${fields}}}`
    return `{${fields}}`
  }

  #document({ ref, ts, fields }: DocumentValue): string {
    const rest = this.#fields(fields.keys, fields.values)
    const others = rest === '' ? '' : `,${rest}`
    const micros = typeof ts === 'object' ? ts.micros : ts
    const itself = this.#ref(ref) ?? this.#formerRef(ref, fields.get('name'))
    // As any other field that holds a ref to nothing, it is left out (wire §5.3).
    const first = itself === undefined ? '' : `"ref":${itself},`
    return `{${first}"ts":${micros}${others}}`
  }

  #page({ before, after, data }: PageValue): string {
    const ends = [
      before === undefined ? '' : `"before":${this.value(before) ?? 'null'},`,
      after === undefined ? '' : `"after":${this.value(after) ?? 'null'},`,
    ]
    return `{${ends.join('')}"data":${this.#array(data)}}`
  }

  #event(event: EventValue): string | undefined {
    const document = event.document === undefined ? undefined : this.#ref(event.document)
    if (event.document !== undefined && document === undefined) return undefined
    const micros = typeof event.ts === 'object' ? event.ts.micros : event.ts
    const key = this.#isModern ? 'document' : 'instance'
    const named = document === undefined ? '' : `,"${key}":${document}`
    const data = event.data === undefined ? undefined : this.value(event.data)
    return `{"ts":${micros},"action":"${event.action.name}"${named}${data === undefined ? '' : `,"data":${data}`}}`
  }

  // Refs

  #ref(ref: Ref): string | undefined {
    const last = this.#lastOwner
    if (last?.collection === ref.collection && last.database === ref.database) {
      return `{"@ref":{"id":"${ref.id}"${last.json}}}`
    }
    const known = this.#describe(ref)
    if (known === undefined) return undefined
    const database = this.#databases(known.databases)
    if (known.collection === undefined) {
      return this.#refJson(this.#native(known.id), undefined, database)
    }
    const { name, isNative } = known.collection
    if (isNative)
      return this.#refJson(known.id, this.#refJson(this.#native(name), undefined, ''), database)
    const owner = this.#refJson(
      name,
      this.#refJson(this.#native('collections'), undefined, ''),
      database,
    )
    const json = `,"${this.#ownerKey}":${owner}`
    this.#lastOwner = { database: ref.database, collection: ref.collection, json }
    return `{"@ref":{"id":${renderString(known.id)}${json}}}`
  }

  /**
   * The ref of a thing that this query deleted, by the name in its own document. It is the caller's own:
   * nobody deletes in another database.
   */
  #formerRef(ref: Ref, name: Value | undefined): string | undefined {
    const native = nativeOf(ref)
    if (native === undefined || typeof name !== 'string') return undefined
    return this.#refJson(name, this.#refJson(this.#native(native), undefined, ''), '')
  }

  #native(name: string): string {
    return name === 'collections' && !this.#isModern ? 'classes' : name
  }

  /** The `database` part of a ref, a chain from the outermost database in. */
  #databases(path: readonly string[]): string {
    return path.reduce(
      (outer, name) => this.#refJson(name, this.#refJson('databases', undefined, ''), outer),
      '',
    )
  }

  #unresolved({ native, name, id, database }: UnresolvedRef): string {
    const outer =
      database === undefined
        ? ''
        : ((database instanceof Ref ? this.#ref(database) : this.#unresolved(database)) ?? '')
    const owner = this.#refJson(this.#native(native), undefined, '')
    const named = this.#refJson(name, owner, outer)
    return id === undefined ? named : this.#refJson(id, named, '')
  }

  #refJson(id: string, collection: string | undefined, database: string): string {
    const owner = collection === undefined ? '' : `,"${this.#ownerKey}":${collection}`
    const scope = database === '' ? '' : `,"database":${database}`
    return `{"@ref":{"id":${renderString(id)}${owner}${scope}}}`
  }

  // Sets and lambdas

  #set({ set }: SetValue): string | undefined {
    if (set.form === 'schema') return this.#ref(set.collection)
    if (set.form === 'document') return this.#ref(set.ref)
    return `{"@set":${this.#setContents(set)}}`
  }

  #setContents(set: SetDescription): string {
    const one = (value: Value) => this.value(value) ?? 'null'
    switch (set.form) {
      case 'match': {
        const terms = set.terms.length === 0 ? '' : `,"terms":${oneOrAll(set.terms, one)}`
        return `{"match":${one(set.index)}${terms}}`
      }
      case 'documents':
        return `{"documents":${one(set.collection)}}`
      case 'singleton':
        return `{"singleton":${one(set.ref)}}`
      case 'events': {
        const inner = set.source.set
        const isRef = inner.form === 'schema' || inner.form === 'document'
        return `{"events":${isRef ? one(set.source) : this.#setContents(inner)}}`
      }
      case 'union':
      case 'intersection':
      case 'difference':
        return `{"${set.form}":${oneOrAll(set.sets, one)}}`
      case 'distinct':
      case 'reverse':
        return `{"${set.form}":${one(set.source)}}`
      case 'range': {
        const bound = (key: string, values: readonly Value[]) =>
          `,"${key}":${oneOrAll(values, one)}`
        return `{"range":${one(set.source)}${bound('from', set.from)}${bound('to', set.to)}}`
      }
      case 'filter':
        return `{"filter":${this.#lambda(set.lambda)},"collection":${one(set.source)}}`
      case 'join': {
        const target = set.target instanceof Ref ? one(set.target) : this.#lambda(set.target)
        return `{"join":${one(set.source)},"with":${target}}`
      }
      default:
        return one(set.form === 'schema' ? set.collection : set.ref)
    }
  }

  /** `{lambda, expr}` with the version first, where either side is newer than 2.12 (fql-v4 §1.7). */
  #lambda({ pattern, body, version, captured }: LambdaValue): string {
    const shows = !atLeast('2.12', version) || !atLeast('2.12', this.#version)
    const named = shows ? `"api_version":"${version}",` : ''
    const free = captured.keys
      .map((key, i) => `${renderString(key)}:${this.#quoted(captured.values[i] as Value)}`)
      .join(',')
    const own = this.#expression(body)
    const expr = free === '' ? own : `{"let":{${free}},"in":${own}}`
    return `{${named}"lambda":${JSON.stringify(pattern)},"expr":${expr}}`
  }

  /** A value as an expression that gives it. */
  #quoted(value: Value): string {
    const isPlain = value === null || typeof value !== 'object'
    if (isPlain) return this.value(value) ?? 'null'
    if (isArray(value)) return `[${value.map((one) => this.#quoted(one)).join(',')}]`
    if (value.kind !== 'object') return this.value(value) ?? 'null'
    const fields = value.keys.map(
      (key, i) => `${renderString(key)}:${this.#quoted(value.values[i] as Value)}`,
    )
    return `{"object":{${fields.join(',')}}}`
  }

  #expression(expression: Expression): string {
    const all = (list: readonly Expression[]) => list.map((one) => this.#expression(one)).join(',')
    const fields = (keys: readonly string[], values: readonly Expression[]) =>
      keys
        .map((key, i) => `${renderString(key)}:${this.#expression(values[i] as Expression)}`)
        .join(',')
    switch (expression.kind) {
      case 'literal': {
        const text = this.value(expression.value) ?? 'null'
        return this.#keepQuotes && isQuoted(expression.value) ? `{"quote":${text}}` : text
      }
      case 'variable':
        return `{"var":${renderString(expression.name)}}`
      case 'array':
        return `[${all(expression.elements)}]`
      case 'object':
        return `{"object":{${fields(expression.keys, expression.values)}}}`
      case 'let':
        return `{"let":{${fields(expression.names, expression.values)}},"in":${this.#expression(expression.body)}}`
      case 'and':
      case 'or':
      case 'do':
        return `{"${expression.kind}":[${all(expression.operands)}]}`
      case 'lambda':
        return `{"lambda":${JSON.stringify(expression.pattern)},"expr":${this.#expression(expression.body)}}`
      case 'form': {
        const given = expression.form.keys.flatMap((key, i) => {
          const argument = expression.arguments[i]
          return argument === undefined ? [] : [`"${key}":${this.#expression(argument)}`]
        })
        return `{${given.join(',')}}`
      }
      default:
        return unreachable(expression)
    }
  }
}

/** @throws RequestError `bad request` before an answer takes all memory */
function checkLength({ length }: string): void {
  if (length <= renderedLengthMax) return
  const text = `Transaction exceeded limit: got ${length} bytes, limit ${renderedLengthMax} bytes`
  throw new RequestError(400, 'bad request', text)
}

/** Whether a literal can only have come from `quote`. */
function isQuoted(value: Value): boolean {
  return isArray(value) || (value !== null && typeof value === 'object' && value.kind === 'object')
}

function oneOrAll(values: readonly Value[], one: (value: Value) => string): string {
  return values.length === 1 ? one(values[0] as Value) : `[${values.map(one).join(',')}]`
}
