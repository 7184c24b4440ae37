import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js'
import { type Benchmark, median } from '../benchmark.ts'
import { cpuSeconds } from '../process-usage.ts'
import { createPerson, type Person } from '../srp-client.ts'
import { startProcess } from '../start-process.ts'
import { type Ready, withVivarium } from '../vivarium.ts'

const peopleCount = 24
const password = 'Correct-Horse-7'
/** Sign-ins under way at once. */
const concurrency = 8
/** Sign-ins before anything is measured, so that the code of every thread is compiled. */
const warmUpCount = 3_000
const signInsPerRound = 300
const rounds = 5

/**
 * A sign-in as a browser asks for it: SRP, the trigger, both Fauna tokens.
 *
 * What counts is the processor time of the whole server process, its worker threads and the compiler's
 * included, per sign-in. It is taken while several sign-ins are under way and after many of them: what a
 * busy server spends. The load comes from a client whose own cryptography is native, so that hardly any of
 * the time is the server's idling; people are signed up with `amazon-cognito-identity-js`.
 */
export const signIn: Benchmark = {
  name: 'sign-in',
  what:
    `processor time of the server for a sign-in, ${concurrency} under way at once (SRP, the token trigger in the ` +
    'same process, both Fauna tokens); against its cryptography alone (3 modular powers, 2 RSA signatures)',
  budget: { kind: 'at-least', ratio: 0.6 },
  run: () =>
    withVivarium({}, async (vivarium) => {
      const emails = await signUpUsers(vivarium.ready, peopleCount)
      const agent = new http.Agent({ keepAlive: true })
      const people = emails.map((email) => createPerson(vivarium.ready, { email, password, agent }))
      await signInAll(people, warmUpCount)
      const ours: number[] = []
      const references: number[] = []
      for (let i = 0; i < rounds; i++) {
        const before = cpuSeconds(vivarium.pid)
        await signInAll(people, signInsPerRound)
        ours.push(((cpuSeconds(vivarium.pid) - before) * 1e6) / signInsPerRound)
        references.push(await cryptographyMicros())
      }
      agent.destroy()
      const [our, reference] = [median(ours), median(references)]
      return {
        value: reference / our,
        details: [['processor time', `${our.toFixed(0)} : ${reference.toFixed(0)} µs`]],
      }
    }),
}

async function cryptographyMicros(): Promise<number> {
  const script = fileURLToPath(new URL('../servers/sign-in-cryptography.js', import.meta.url))
  const { ready } = await startProcess<{ readonly cpuMicros: number }>(script, [])
  return ready.cpuMicros
}

function poolOf({ userPools, userPoolId, clientId }: Ready): CognitoUserPool {
  return new CognitoUserPool({ UserPoolId: userPoolId, ClientId: clientId, endpoint: userPools })
}

/** Signs up and confirms people, with the codes of the development mailbox. */
async function signUpUsers(ready: Ready, count: number): Promise<readonly string[]> {
  const emails = Array.from({ length: count }, (_, i) => `person${i}@example.com`)
  for (const email of emails) {
    await new Promise((resolve, reject) => {
      poolOf(ready).signUp(email, password, [], [], (error, result) =>
        error ? reject(error) : resolve(result),
      )
    })
    const code = await codeFor(ready, email)
    await new Promise((resolve, reject) => {
      userOf(ready, email).confirmRegistration(code, true, (error, result) =>
        error ? reject(error) : resolve(result),
      )
    })
  }
  return emails
}

async function codeFor({ web }: Ready, email: string): Promise<string> {
  const response = await fetch(`${web}/_vivarium/mailbox`, {
    headers: { accept: 'application/json' },
  })
  // The mailbox's own documented shape.
  const messages = (await response.json()) as { readonly to: string; readonly code: string }[]
  const message = messages.find(({ to }) => to === email)
  if (message === undefined) throw new Error(`no message for ${email}`)
  return message.code
}

function userOf(ready: Ready, email: string): CognitoUser {
  return new CognitoUser({ Username: email, Pool: poolOf(ready) })
}

/** So many sign-ins, of one person after another. */
async function signInAll(people: readonly Person[], count: number): Promise<void> {
  let begun = 0
  const work = async () => {
    while (begun < count) await people[begun++ % people.length]?.signIn()
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}
