import type { Documents } from '../documents.ts'
import { unreachable } from '../unreachable.ts'
import { Ref } from '../values/ref.ts'
import type { SetValue } from '../values/set.ts'

/** What a set's entries are ordered by (fql-v4 §5.1). */
export interface Shape {
  /** One flag for each covered value: whether it descends. */
  readonly reversed: readonly boolean[]
  /** Whether entries of equal values have their refs in descending order. */
  readonly refReversed: boolean
  /** True for what a lambda joins: any number of values, known only when it is read. */
  readonly isOpen: boolean
  /** Whether it holds events of a set's history instead of the set's entries. */
  readonly isHistorical: boolean
}

const plain = { refReversed: false, isOpen: false, isHistorical: false } as const
const openShape: Shape = { reversed: [], ...plain, isOpen: true }

/** Whether a set holds events of a history instead of entries. */
export function isHistorical({ set }: SetValue): boolean {
  switch (set.form) {
    case 'events':
      return true
    case 'union':
    case 'intersection':
    case 'difference':
      return set.sets.slice(0, 1).some(isHistorical)
    case 'distinct':
    case 'reverse':
    case 'range':
    case 'filter':
    case 'join':
      return isHistorical(set.source)
    default:
      return false
  }
}

/** What the shapes of base sets are known from. */
export interface ShapeContext {
  readonly documents: Pick<Documents, 'shape'>
}

/** The shape of a set's entries. */
export function shapeOf(value: SetValue, context: ShapeContext): Shape {
  const { set } = value
  switch (set.form) {
    case 'match':
    case 'documents':
    case 'schema':
    case 'document':
    case 'singleton': {
      const { reversed } = context.documents.shape(set)
      return { reversed, ...plain }
    }
    case 'events':
      return { ...shapeOf(set.source, context), isHistorical: true }
    case 'union':
    case 'intersection':
    case 'difference': {
      const [first] = set.sets
      return first === undefined ? openShape : shapeOf(first, context)
    }
    case 'distinct':
    case 'range':
    case 'filter':
      return shapeOf(set.source, context)
    case 'reverse':
      return reversedShape(shapeOf(set.source, context))
    case 'join': {
      if (!(set.target instanceof Ref)) return openShape
      const { reversed } = context.documents.shape({ form: 'match', index: set.target, terms: [] })
      return { reversed, ...plain }
    }
    default:
      return unreachable(set)
  }
}

/** All flags turned. Without values, the ref becomes one (fql-v4 §5.7). */
function reversedShape({ reversed, refReversed, isOpen, isHistorical }: Shape): Shape {
  const values = reversed.length === 0 && !isOpen ? [!refReversed] : reversed.map((flag) => !flag)
  return { reversed: values, refReversed: !refReversed, isOpen, isHistorical }
}

/** The flags of the values and then of the ref. */
export function flagsOf({ reversed, refReversed }: Shape): readonly boolean[] {
  return [...reversed, refReversed]
}

/** Whether sets can be merged: each with its neighbour. */
export function areAllCompatible(sets: readonly SetValue[], context: ShapeContext): boolean {
  const shapes = sets.map((set) => shapeOf(set, context))
  return shapes.every((shape, i) => {
    const before = shapes[i - 1]
    return before === undefined || areCompatible(before, shape)
  })
}

/** Whether two sets can be merged: their orders agree as far as both go (fql-v4 §5.3). */
function areCompatible(a: Shape, b: Shape): boolean {
  if (a.isHistorical !== b.isHistorical) return false
  if (a.isOpen || b.isOpen) return true
  const flags = flagsOf(b)
  return flagsOf(a).every((flag, i) => i >= flags.length || flag === flags[i])
}
