import faunadb from 'faunadb'
import { cases, failure, invalidArgument, json } from '../testing/cases.ts'

const q = faunadb.query
const spells = q.Collection('spells')
const one = q.Ref(spells, 1)
const all = q.Documents(spells)
const ref = (id: number) =>
  `{"@ref":{"id":"${id}","collection":{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}}}}}}`
const added = (id: number) => `{"ts":${1_000_000 + id},"action":"add","document":${ref(id)}}`
const powers = q.Match('spells_by_power')

cases('Events', [
  [
    q.Paginate(q.Events(one)),
    json(`{"data":[{"ts":1000001,"action":"create","document":${ref(1)},"data":null}]}`),
  ],
  [q.Paginate(q.Events(q.Singleton(one))), json(`{"data":[${added(1)}]}`)],
  [
    q.Paginate(all, { events: true, size: 2 }),
    json(`{"after":${added(3)},"data":[${added(1)},${added(2)}]}`),
  ],
  [
    q.Paginate(q.Events(all), { before: 1_000_004, size: 1 }),
    json(`{"before":${added(3)},"after":{"ts":1000004,"action":"add"},"data":[${added(3)}]}`),
  ],
  [
    q.Paginate(q.Events(powers), { after: { ts: 1_000_004, action: 'add' } } as never),
    json(`{"before":null,"data":[{"ts":1000005,"action":"add","document":${ref(5)},"data":[30]}]}`),
  ],
  [q.Count(q.Events(q.Union(all, q.Match('spells_by_element', 'water')))), 5],
  [q.Count(q.Union(q.Events(all), q.Events(powers))), 10],
  [
    q.Events(all),
    json(
      '{"@set":{"events":{"documents":{"@ref":{"id":"spells","collection":{"@ref":{"id":"collections"}}}}}}}',
    ),
  ],
  [q.Events(q.Events(all)), invalidArgument('Set does not support events history.')],
  [q.Count(q.Events(q.Reverse(all))), invalidArgument('Set does not support events history.')],
  [q.Union(q.Events(all), all), invalidArgument('Sets are not compatible.', ['union'])],
  [
    q.Paginate(q.Events(q.Match('forbidden'))),
    failure('permission denied', 'Insufficient privileges to perform the action.', ['paginate']),
  ],
])
