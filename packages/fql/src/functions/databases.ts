import * as cast from '../casts.ts'
import { define } from '../define.ts'

/**
 * MoveDatabase(database, parent): the database, moved into another one with all that is in it. Both may be
 * anywhere below the caller's own.
 *
 * @throws at the form: `permission denied`, `move database error`, `instance already exists`
 * @see fql-v4 §4.14
 */
export const moveDatabase = define({
  args: { move_database: cast.databaseRef, to: cast.databaseRef },
  effect: 'write',
  evaluate: ({ move_database: source, to }, { position, context }) =>
    context.documents.moveDatabase(source, to, position),
})
