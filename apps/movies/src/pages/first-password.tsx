import { useForm } from '@mantine/form'
import { PasswordField, rules } from '../components/fields.tsx'
import { FormCard } from '../components/form-card.tsx'
import { Notice } from '../components/notice.tsx'
import { Page } from '../components/page.tsx'
import { useSubmit } from '../components/use-submit.ts'

/** For an account made by an administrator: the first password is theirs, this one is one's own. */
export function FirstPassword({
  setNewPassword,
}: {
  readonly setNewPassword: (password: string) => Promise<unknown>
}) {
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { password: '' },
    validate: { password: rules.newPassword },
  })
  const submission = useSubmit(form, async ({ password }) => {
    await setNewPassword(password)
  })
  return (
    <Page title="Choose your password" size="xs">
      <Notice>You signed in with a password that was made for you. Choose your own.</Notice>
      <FormCard submission={submission} submitLabel="Go on">
        <PasswordField
          label="New password"
          autoComplete="new-password"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
      </FormCard>
    </Page>
  )
}
