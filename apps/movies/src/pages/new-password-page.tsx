import { useForm } from '@mantine/form'
import { useLocation, useNavigate } from 'react-router'
import { CodeField, EmailField, PasswordField, rules } from '../components/fields.tsx'
import { FormCard } from '../components/form-card.tsx'
import { MailboxLink } from '../components/mailbox-link.tsx'
import { Notice } from '../components/notice.tsx'
import { Page } from '../components/page.tsx'
import { ResendCode } from '../components/resend-code.tsx'
import { useSubmit } from '../components/use-submit.ts'
import { type Handover, handoverOf, paths } from '../router/paths.ts'
import { useApplication } from '../router/use-application.ts'

/** Sets a new password with a code, for who forgot theirs. */
export function NewPasswordPage() {
  const { userPool } = useApplication()
  const navigate = useNavigate()
  const { email: knownEmail, notice } = handoverOf(useLocation().state)
  const form = useForm({
    initialValues: { email: knownEmail ?? '', code: '', password: '' },
    validate: { email: rules.email, code: rules.code, password: rules.newPassword },
  })
  const email = form.values.email.trim()
  const submission = useSubmit(form, async ({ code, password }) => {
    await (await userPool()).setForgottenPassword({ email, code: code.trim(), password })
    const state: Handover = { email, notice: 'Your new password is set. Sign in with it.' }
    await navigate(paths.signIn, { state })
  })
  return (
    <Page title="Set a new password" size="xs">
      {notice !== undefined && <Notice>{notice}</Notice>}
      <FormCard submission={submission} submitLabel="Set the new password">
        <EmailField {...form.getInputProps('email')} />
        <CodeField {...form.getInputProps('code')} />
        <PasswordField
          label="New password"
          autoComplete="new-password"
          description="At least 8 characters, with capital and small letters and a digit"
          {...form.getInputProps('password')}
        />
      </FormCard>
      <ResendCode
        email={rules.email(email) === null ? email : ''}
        send={async (to) => (await userPool()).forgotPassword(to)}
        onNoEmail={() => {
          void form.validateField('email')
          form.getInputNode('email')?.focus()
        }}
      />
      <MailboxLink />
    </Page>
  )
}
