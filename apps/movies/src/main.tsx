import './styles.ts'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'

const root = document.getElementById('root')
if (!root) throw new Error('The page lacks its root element')
createRoot(root).render(<App />)
