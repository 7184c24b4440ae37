/**
 * The data that every contender holds, and what is asked of it: films, each with an owner; a rule that admits
 * a member to the films that are theirs alone. Of a hundred owners, some are signed in.
 */
import type { Asked, DataWork, Service, Work } from './contender.ts'

/** Owners of films, each of as many. */
export const ownerCount = 100
/** Owners who are signed in and ask. */
export const memberCount = 16
/** Films of each that are read and written. */
export const idsPerMember = 16
/** Rows of a list. */
export const pageSize = 20

/** What every film holds besides its number and its owner. */
export const film = { title: 'Spirited Away', director: 'Hayao Miyazaki', year: 2001 } as const

/** Somebody who is signed in. */
export interface Member {
  readonly id: string
  /** A token, or whatever the contender knows them by. */
  readonly credential: string
  /** Some of their films. */
  readonly ids: readonly string[]
}

/** How a contender is asked. */
export interface Dialect {
  read(member: Member, id: string): Asked
  list(member: Member): Asked
  create(member: Member, film: NewFilm): Asked
  update(member: Member, id: string, year: number): Asked
}

/** A film to be made. */
export interface NewFilm {
  readonly title: string
  readonly director: string
  readonly year: number
  readonly number: number
  readonly owner: string
}

/** The environment in which a peer's server is told the sizes. */
export function sizesEnvironment(rows: number): Record<string, string> {
  return {
    ROWS: String(rows),
    OWNERS: String(ownerCount),
    MEMBERS: String(memberCount),
    IDS_PER_MEMBER: String(idsPerMember),
  }
}

/** The works on films in a contender's dialect. */
export function filmRequests(
  dialect: Dialect,
  members: readonly Member[],
): Pick<Service, 'requests' | 'forbidden'> {
  // Neighbours in the order are of different members.
  const pairs = Array.from({ length: idsPerMember }, (_, i) =>
    members.map((member) => ({ member, id: member.ids[i] ?? '' })),
  ).flat()
  const year = (i: number) => film.year + (i % 20)
  const newFilm = (owner: string, number: number): NewFilm => ({ ...film, number, owner })
  const works: Readonly<Record<DataWork, () => readonly Asked[]>> = {
    read: () => pairs.map(({ member, id }) => dialect.read(member, id)),
    list: () => members.map((member) => dialect.list(member)),
    create: () => pairs.map(({ member }, i) => dialect.create(member, newFilm(member.id, i))),
    update: () => pairs.map(({ member, id }, i) => dialect.update(member, id, year(i))),
    mixed: () =>
      pairs.map(({ member, id }, i) =>
        i % 5 === 0 ? dialect.update(member, id, year(i)) : dialect.read(member, id),
      ),
  }
  return {
    requests: (work: Work) => {
      if (!(work in works)) throw new Error(`films know nothing of ${work}`)
      return works[work as DataWork]()
    },
    forbidden: forbidden(dialect, members, newFilm),
  }
}

/** Reading, changing and making the film of somebody else. */
function forbidden(
  dialect: Dialect,
  [member, other]: readonly Member[],
  newFilm: (owner: string, number: number) => NewFilm,
): readonly Asked[] {
  const [id] = other?.ids ?? []
  if (member === undefined || other === undefined || id === undefined) {
    throw new Error('there are not two members with films')
  }
  return [
    dialect.read(member, id),
    dialect.update(member, id, film.year),
    dialect.create(member, newFilm(other.id, 0)),
  ]
}
