import { fileURLToPath } from 'node:url'
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js'
import { type Benchmark, median } from '../benchmark.ts'
import { cpuSeconds } from '../process-usage.ts'
import { startProcess } from '../start-process.ts'
import { type Ready, withVivarium } from '../vivarium.ts'

const signInsPerRound = 25
const rounds = 4
const password = 'Correct-Horse-7'

/** A sign-in as a browser does it: SRP, the trigger, both Fauna tokens. */
export const signIn: Benchmark = {
  name: 'sign-in',
  what:
    'processor time of the server for a sign-in with amazon-cognito-identity-js (SRP, the token trigger in the ' +
    'same process, both Fauna tokens); against its cryptography alone (3 modular powers, 2 RSA signatures)',
  budget: { kind: 'at-least', ratio: 0.6 },
  run: () =>
    withVivarium({}, async (vivarium) => {
      const users = await signUpUsers(vivarium.ready, signInsPerRound)
      await signInAll(vivarium.ready, users)
      const ours: number[] = []
      const references: number[] = []
      for (let i = 0; i < rounds; i++) {
        const before = cpuSeconds(vivarium.pid)
        await signInAll(vivarium.ready, users)
        ours.push(((cpuSeconds(vivarium.pid) - before) * 1e6) / users.length)
        references.push(await cryptographyMicros())
      }
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

async function signInAll(ready: Ready, emails: readonly string[]): Promise<void> {
  for (const email of emails) {
    await new Promise((resolve, reject) => {
      userOf(ready, email).authenticateUser(
        new AuthenticationDetails({ Username: email, Password: password }),
        { onSuccess: resolve, onFailure: reject },
      )
    })
  }
}
