import { useForm } from '@mantine/form'
import { useLocation, useNavigate } from 'react-router'
import { CodeField, EmailField, rules } from '../components/fields.tsx'
import { FormCard } from '../components/form-card.tsx'
import { MailboxLink } from '../components/mailbox-link.tsx'
import { Notice } from '../components/notice.tsx'
import { Page } from '../components/page.tsx'
import { ResendCode } from '../components/resend-code.tsx'
import { useSubmit } from '../components/use-submit.ts'
import { type Handover, handoverOf, paths } from '../router/paths.ts'
import { useApplication } from '../router/use-application.ts'

/** Confirms the address of a new account with the code that was sent to it. */
export function ConfirmPage() {
  const { userPool } = useApplication()
  const navigate = useNavigate()
  const { email: knownEmail, notice } = handoverOf(useLocation().state)
  const form = useForm({
    initialValues: { email: knownEmail ?? '', code: '' },
    validate: { email: rules.email, code: rules.code },
  })
  const email = form.values.email.trim()
  const submission = useSubmit(form, async ({ code }) => {
    await (await userPool()).confirmSignUp({ email, code: code.trim() })
    const state: Handover = { email, notice: 'Your address is confirmed. You can sign in now.' }
    await navigate(paths.signIn, { state })
  })
  return (
    <Page title="Confirm your address" size="xs">
      <Notice>
        {notice ??
          (knownEmail === undefined
            ? 'Enter the address you signed up with, and the code that was sent to it.'
            : `A code was sent to ${knownEmail}.`)}
      </Notice>
      <FormCard submission={submission} submitLabel="Confirm">
        <EmailField {...form.getInputProps('email')} />
        <CodeField {...form.getInputProps('code')} />
      </FormCard>
      <ResendCode
        email={rules.email(email) === null ? email : ''}
        send={async (to) => (await userPool()).resendCode(to)}
        onNoEmail={() => {
          void form.validateField('email')
          form.getInputNode('email')?.focus()
        }}
      />
      <MailboxLink />
    </Page>
  )
}
