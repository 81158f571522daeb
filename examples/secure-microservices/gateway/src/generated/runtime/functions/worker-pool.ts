// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { checkPayload } from "./in-thread.js";
import {
  FunctionFailure,
  type FunctionInvocation,
  type FunctionResult,
  type ModuleInvoker,
  type WriteChunk,
} from "./invoker.js";
import type { FunctionRegistry } from "./registry.js";
import { errorObject } from "./run-handler.js";
import { WORKER_KIND, type WorkerCall } from "./worker.js";

export interface WorkerPoolOptions {
  /** URL of the module that workers run; it calls `serveFunctions` where `isFunctionWorker()`. */
  readonly entry: string | URL;
  readonly functions: FunctionRegistry;
  /** Most invocations at the same time. Default: four for each processor. */
  readonly maxWorkers?: number;
  /** Most invocations that wait for a free worker; more are throttled. */
  readonly maxWaiting?: number;
  /** Arguments for Node in the workers. Default: those of this process. */
  readonly execArgv?: readonly string[];
}

const MAX_WAITING = 1000;

/**
 * Runs handlers in worker threads, one invocation at a time in each. Workers start on demand and
 * stay for the next call; one that misses a time limit, or dies, is thrown away.
 */
export function createWorkerPool(options: WorkerPoolOptions): ModuleInvoker {
  return new WorkerPool(options);
}

interface Job {
  readonly invocation: FunctionInvocation<"module">;
  readonly resolve: (result: FunctionResult) => void;
  readonly reject: (error: FunctionFailure) => void;
  timer: NodeJS.Timeout | null;
  worker: Worker | null;
  /** `awsRequestId` of the handler's context. */
  readonly requestId: string;
}

class WorkerPool implements ModuleInvoker {
  readonly names: readonly string[];
  readonly #options: WorkerPoolOptions;
  readonly #maxWorkers: number;
  readonly #maxWaiting: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Job>();
  readonly #waiting = new Set<Job>();
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.names = Object.keys(options.functions);
    this.#maxWorkers = options.maxWorkers ?? availableParallelism() * 4;
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING;
  }

  async invoke(invocation: FunctionInvocation<"module">): Promise<FunctionResult> {
    if (this.#closed) throw new FunctionFailure("unavailable", "the worker pool is closed");
    const { name } = invocation.target;
    if (!this.names.includes(name)) {
      throw new FunctionFailure("not_found", `no handler module "${name}"`);
    }
    checkPayload(invocation.payload);
    const running = this.#enqueue(invocation);
    if (invocation.invocationType === "RequestResponse") return running;
    // An `Event` is answered before it ran; its failure has no reader.
    running.catch(() => undefined);
    return { payload: "", functionError: null };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const closed = new FunctionFailure("unavailable", "the worker pool was closed");
    for (const job of this.#waiting) this.#settle(job, closed);
    this.#waiting.clear();
    const workers = [...this.#idle.splice(0), ...this.#busy.keys()];
    for (const job of this.#busy.values()) this.#settle(job, closed);
    this.#busy.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #enqueue(invocation: FunctionInvocation<"module">): Promise<FunctionResult> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size >= this.#maxWaiting) {
        reject(new FunctionFailure("throttled", "too many invocations wait for a worker"));
        return;
      }
      const job: Job = {
        invocation,
        resolve,
        reject,
        timer: null,
        worker: null,
        requestId: randomUUID(),
      };
      // The limit counts from the call, so time spent waiting for a worker is part of it.
      job.timer = setTimeout(() => {
        this.#timeOut(job);
      }, invocation.timeoutMs);
      const worker = this.#takeWorker();
      if (worker === null) this.#waiting.add(job);
      else this.#run(job, worker);
    });
  }

  #takeWorker(): Worker | null {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    return this.#busy.size < this.#maxWorkers ? this.#startWorker() : null;
  }

  #startWorker(): Worker {
    const { entry, execArgv } = this.#options;
    const url = entry instanceof URL ? entry : new URL(entry);
    const worker = new Worker(url, {
      workerData: WORKER_KIND,
      execArgv: [...(execArgv ?? workerArguments(url, process.execArgv))],
    });
    worker.on("message", (result: FunctionResult) => {
      this.#finish(worker, result);
    });
    worker.on("error", (error) => {
      this.#finish(worker, crashResult(error), true);
    });
    worker.on("exit", (code) => {
      this.#finish(worker, crashResult(new Error(`exited with status ${String(code)}`)), true);
    });
    return worker;
  }

  #run(job: Job, worker: Worker): void {
    const { invocation } = job;
    job.worker = worker;
    this.#busy.set(worker, job);
    worker.ref();
    const pieces = invocation.onChunk === undefined ? null : portTo(invocation.onChunk);
    const call: WorkerCall = {
      module: invocation.target.name,
      name: invocation.name,
      arn: invocation.arn,
      requestId: job.requestId,
      payload: invocation.payload,
      deadlineMs: Date.now() + invocation.timeoutMs,
      pieces,
    };
    worker.postMessage(call, pieces === null ? [] : [pieces]);
  }

  /** Takes the result of a worker's call, and gives the worker its next one. */
  #finish(worker: Worker, result: FunctionResult, dead = false): void {
    const job = this.#busy.get(worker);
    this.#busy.delete(worker);
    if (job !== undefined) this.#settle(job, { ...result, requestId: job.requestId });
    if (dead) {
      const index = this.#idle.indexOf(worker);
      if (index !== -1) this.#idle.splice(index, 1);
      this.#runNext(null);
    } else if (job !== undefined && !this.#closed) {
      this.#runNext(worker);
    }
  }

  #runNext(free: Worker | null): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      if (free !== null) this.#rest(free);
      return;
    }
    const worker = free ?? this.#takeWorker();
    if (worker === null) return;
    this.#waiting.delete(next);
    this.#run(next, worker);
  }

  /** An idle worker does not keep the process alive. */
  #rest(worker: Worker): void {
    worker.unref();
    this.#idle.push(worker);
  }

  #timeOut(job: Job): void {
    const { name, timeoutMs } = job.invocation;
    const { worker } = job;
    this.#waiting.delete(job);
    this.#settle(
      job,
      new FunctionFailure("timeout", `function "${name}" took over ${String(timeoutMs)} ms`),
    );
    if (worker === null) return;
    this.#busy.delete(worker);
    void worker.terminate();
    this.#runNext(null);
  }

  #settle(job: Job, outcome: FunctionResult | FunctionFailure): void {
    if (job.timer !== null) clearTimeout(job.timer);
    if (outcome instanceof FunctionFailure) job.reject(outcome);
    else job.resolve(outcome);
  }
}

/** The end of a channel for a worker's pieces; each is answered when there is room for the next. */
function portTo(write: WriteChunk): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.on("message", (chunk: Uint8Array) => {
    void Promise.resolve(write(chunk)).then(() => port1.postMessage(null));
  });
  return port2;
}

/**
 * Node's arguments for a worker: those of the process, and where that runs TypeScript by tsx, its
 * loader once more. On Node 20 tsx itself leaves worker threads alone.
 */
export function workerArguments(entry: URL, inherited: readonly string[]): readonly string[] {
  const runsTypeScript = /\.[cm]?ts$/.test(entry.pathname);
  if (!runsTypeScript || !inherited.some((argument) => argument.includes("tsx"))) return inherited;
  const loader = `import { register } from "node:module"; register("tsx/esm", ${JSON.stringify(entry.href)}, { data: true });`;
  return [...inherited, "--import", `data:text/javascript,${encodeURIComponent(loader)}`];
}

/** A worker that dies during a call has failed that call, as a crashed runtime does on Lambda. */
function crashResult(error: unknown): FunctionResult {
  return { payload: JSON.stringify(errorObject(error)), functionError: "Unhandled" };
}
