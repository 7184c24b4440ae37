import type { UseFormReturnType } from '@mantine/form'
import { useRef, useState } from 'react'
import { type Problem, problemOf } from '../words/problem.ts'

/** A form's sending: whether it is under way, and what went wrong that belongs to no field. */
export interface Submission {
  readonly isBusy: boolean
  readonly problem: string | undefined
  readonly onSubmit: (event?: React.FormEvent<HTMLFormElement>) => void
}

/**
 * Sends a form once it is valid. A field that is wrong, by our rules or by the server's, says so and takes
 * the focus; what belongs to no field is for the form to show.
 */
export function useSubmit<Values extends Record<string, unknown>>(
  form: UseFormReturnType<Values>,
  send: (values: Values) => Promise<void>,
): Submission {
  const { isBusy, problem, run } = useTask()
  const focus = (field: string): void => form.getInputNode(field)?.focus()
  const onProblem = ({ field, message }: Problem): boolean => {
    if (field === undefined || !(field in form.getValues())) return false
    form.setFieldError(field, message)
    // Once the words stand beside it, so that a screen reader reads them with the field.
    requestAnimationFrame(() => focus(field))
    return true
  }
  return {
    isBusy,
    problem,
    onSubmit: form.onSubmit(
      (values) => run(() => send(values), onProblem),
      (errors) => {
        const [first] = Object.keys(errors)
        if (first !== undefined) focus(first)
      },
    ),
  }
}

/** Something that takes time and may fail. */
export interface Task {
  readonly isBusy: boolean
  readonly problem: string | undefined
  /** Runs it unless it is running; `onProblem` says whether it has shown the problem itself. */
  run(body: () => Promise<void>, onProblem?: (problem: Problem) => boolean): void
}

/** One task at a time. */
export function useTask(): Task {
  const [isBusy, setBusy] = useState(false)
  // The state of the next render comes too late for a second Enter.
  const isRunning = useRef(false)
  const [problem, setProblem] = useState<string>()
  const attempt: (...task: Parameters<Task['run']>) => Promise<void> = async (body, onProblem) => {
    isRunning.current = true
    setBusy(true)
    setProblem(undefined)
    try {
      await body()
    } catch (error) {
      const found = problemOf(error)
      if (!onProblem?.(found)) setProblem(found.message)
    } finally {
      isRunning.current = false
      setBusy(false)
    }
  }
  return {
    isBusy,
    problem,
    run(body, onProblem) {
      if (!isRunning.current) void attempt(body, onProblem)
    },
  }
}
