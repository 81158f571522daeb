import type { ApiTable, FunctionAuthorizerTable } from "../../../src/runtime/contracts.js";

/** An API with one Lambda authorizer, asked anew for each connection. */
export function functionAuthorizerTable(
  name: string,
  functionName: string,
  identitySources: FunctionAuthorizerTable["identitySources"],
): Pick<ApiTable, "access"> {
  return {
    access: {
      resourcePolicy: null,
      authorizers: {
        [name]: {
          kind: "request",
          function: [`arn:aws:lambda:us-east-1:123456789012:function:${functionName}`],
          identitySources,
          validation: null,
          ttlSeconds: 0,
          timeoutMs: 5_000,
          payloadFormat: "1.0",
          simpleResponses: false,
        },
      },
      principals: [],
      apiKeys: {},
      usagePlans: {},
    },
  };
}
