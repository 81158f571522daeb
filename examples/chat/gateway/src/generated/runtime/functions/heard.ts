// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { FunctionBackends, FunctionInvoker } from "./invoker.js";

/** The same functions, each result told before it is given. */
export function heardFunctions(
  { module, url, lambda }: FunctionBackends,
  hear: (payload: string) => void,
): FunctionBackends {
  return {
    ...(module === undefined ? {} : { module: { ...heard(module, hear), names: module.names } }),
    ...(url === undefined ? {} : { url: heard(url, hear) }),
    ...(lambda === undefined ? {} : { lambda: heard(lambda, hear) }),
  };
}

function heard<Kind extends "module" | "url" | "lambda">(
  invoker: FunctionInvoker<Kind>,
  hear: (payload: string) => void,
): FunctionInvoker<Kind> {
  return {
    invoke: async (invocation) => {
      const result = await invoker.invoke(invocation);
      hear(result.payload);
      return result;
    },
    close: () => invoker.close(),
  };
}
