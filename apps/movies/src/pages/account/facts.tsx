import { DataList } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './facts.module.css'

/** Names and what they stand for. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <DataList classNames={{ itemValue: classes.value }}>
      {facts.map(([name, value]) => (
        <DataList.Item key={name}>
          <DataList.ItemLabel>{name}</DataList.ItemLabel>
          <DataList.ItemValue>{value}</DataList.ItemValue>
        </DataList.Item>
      ))}
    </DataList>
  )
}
