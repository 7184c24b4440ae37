/** What the host and a worker thread say to each other. */

/** What a worker is started with. */
export interface WorkerSettings {
  /** The module's file URL. */
  readonly moduleUrl: string
  /** What Lambda calls the handler: the module's name without extension, a dot, the export's path. */
  readonly handler: string
  /** The export's path alone. */
  readonly exportPath: string
  readonly functionName: string
  readonly functionArn: string
  readonly memoryMb: number
  readonly logGroupName: string
  readonly logStreamName: string
}

/** Host to worker: run the handler once. */
export interface InvokeMessage {
  readonly requestId: string
  /** JSON text, already checked. */
  readonly payload: string
  /** When the time is over, in milliseconds since the Unix epoch. */
  readonly deadlineMs: number
  /** JSON text of the caller's context, already checked; absent if there is none. */
  readonly clientContext?: string | undefined
}

/** Worker to host. */
export type WorkerMessage =
  /** The module is loaded and the handler found. */
  | { readonly kind: 'ready' }
  /** Text that the function printed, whole lines or not. */
  | { readonly kind: 'log'; readonly text: string }
  /** The handler's result, as JSON text. */
  | { readonly kind: 'returned'; readonly payload: string; readonly heapBytes: number }
  /** `{"errorType", "errorMessage", "trace"}`; after a fatal one the worker exits. */
  | { readonly kind: 'threw'; readonly payload: string; readonly isFatal: boolean }
