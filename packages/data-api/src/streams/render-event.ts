/** Events as they go over the wire: one JSON object a line (wire §7.2, §7.3). */
import {
  type ApiVersion,
  type DatabaseId,
  DocumentValue,
  integer,
  ObjectValue,
  type Ref,
  render,
  renderString,
  type Value,
} from '@vivarium/fql'
import { encodeValues, type StoredVersion } from '../model/codec.ts'
import { describeRef } from '../model/describe-ref.ts'
import { difference } from '../model/difference.ts'
import { documentTypeOf } from '../model/types/table.ts'
import type { UnitOfWork } from '../model/unit-of-work.ts'
import type { SetEvent, StreamEvent, VersionEvent } from './events.ts'
import type { StreamField } from './stream-fields.ts'

/** What the text of an event depends on besides the event: streams that agree in it share the text. */
export interface EventFormat {
  readonly fields: ReadonlySet<StreamField>
  readonly version: ApiVersion
  /** The caller's database: refs are named from there. */
  readonly database: DatabaseId
}

/** A format as the key of a map. */
export function formatName({ fields, version, database }: EventFormat): string {
  return `${[...fields].toSorted().join(',')} ${version} ${database}`
}

/** The line that begins a stream. */
export function startLine(micros: bigint): Buffer {
  return line('start', micros, String(micros))
}

/** The line that ends a stream. `micros` is 0 for what the server itself decides (wire §7.3). */
export function errorLine(
  micros: bigint,
  { code, description }: { readonly code: string; readonly description: string },
): Buffer {
  const event = `{"code":${renderString(code)},"description":${renderString(description)}}`
  return line('error', micros, event)
}

/** The line of an event that a transaction committed at `committed` has brought. */
export function eventLine(
  unit: UnitOfWork,
  event: StreamEvent,
  committed: bigint,
  format: EventFormat,
): Buffer {
  const parts =
    event.type === 'set' ? setParts(unit, event, format) : versionParts(unit, event, format)
  const asked = parts.filter(([name]) => format.fields.has(name))
  const text = asked.map(([name, value]) => `"${name}":${value()}`).join(',')
  return line(event.type, committed, `{${text}}`)
}

const line = (type: string, micros: bigint, event: string) =>
  Buffer.from(`{"type":"${type}","txn":${micros},"event":${event}}\r\n`)

/** Parts of an event, each made only if it is asked for. */
type Parts = readonly (readonly [StreamField, () => string])[]

function versionParts(unit: UnitOfWork, event: VersionEvent, format: EventFormat): Parts {
  const { action, ref, micros, shown, previous, isRemoved } = event
  const text = renderer(unit, format)
  const nothing = () => text(new DocumentValue(ref, integer(micros), ObjectValue.empty))
  const version = ({ micros: ts, fields }: StoredVersion) =>
    documentTypeOf(ref).document(ref, integer(ts), fields)
  const named: Parts = [['action', () => `"${action}"`]]
  if (isRemoved) return [...named, ['document', nothing]]
  return [
    ...named,
    ['document', () => text(version(shown))],
    [
      'diff',
      () => {
        if (action === 'delete') return nothing()
        const { fields } = version(shown)
        const before = previous === undefined ? ObjectValue.empty : version(previous).fields
        const patch = difference(before, fields, isSame(unit, ref))
        return text(new DocumentValue(ref, integer(micros), patch))
      },
    ],
    ['prev', () => (previous === undefined ? nothing() : text(version(previous)))],
  ]
}

function setParts(unit: UnitOfWork, event: SetEvent, format: EventFormat): Parts {
  const { action, ref, micros, entry } = event
  const text = renderer(unit, format)
  const parts: Parts = [
    ['action', () => `"${action}"`],
    ['document', () => text(new DocumentValue(ref, integer(micros), ObjectValue.empty))],
  ]
  if (entry === undefined) return parts
  const { index, terms, values } = entry
  const about = new ObjectValue(['ref', 'terms', 'values'], [index.ref, terms, values])
  return [...parts, ['index', () => text(about)]]
}

function renderer(unit: UnitOfWork, { version, database }: EventFormat): (value: Value) => string {
  const describe = (ref: Ref) => describeRef(unit, ref, database)
  return (value) => render(value, { describe, version })
}

/** Whether two values are stored alike: 1 and 1.0 are not. */
function isSame(unit: UnitOfWork, { database }: Ref): (a: Value, b: Value) => boolean {
  const lambdas = unit.lambdas(database)
  return (a, b) => Buffer.compare(encodeValues([a], lambdas), encodeValues([b], lambdas)) === 0
}
