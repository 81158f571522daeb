// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { GatewayError } from "../errors/gateway-error.js";
import type { RequestHeaders } from "../http/headers.js";

/**
 * A request that no route serves: 403, never 404 or 405. With an `Authorization` header the
 * service first reads that as a signature and reports what is missing in it.
 */
export function unmatchedError(headers: RequestHeaders): GatewayError {
  const value = headers.authorization;
  if (value === null || value.startsWith("AWS4-HMAC-SHA256 Credential=")) {
    return new GatewayError("MISSING_AUTHENTICATION_TOKEN");
  }
  return new GatewayError("INVALID_SIGNATURE", {
    message: signatureProblem(value, headers),
    errorType: "IncompleteSignatureException",
  });
}

function signatureProblem(value: string, headers: RequestHeaders): string {
  const space = value.indexOf(" ");
  const fields = space === -1 ? [] : value.slice(space + 1).split(",");
  const broken = fields.map((field) => field.trim()).find((field) => !field.includes("="));
  if (broken !== undefined) {
    return `'${broken}' not a valid key=value pair (missing equal-sign) in Authorization header: '${value}'.`;
  }
  const named = new Set(fields.map((field) => field.trim().split("=", 1)[0]));
  const missing = ["Credential", "Signature", "SignedHeaders"].filter((name) => !named.has(name));
  const sentences = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  if (!hasDate(headers)) {
    sentences.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  }
  return `${sentences.join(" ")} Authorization=${value}`;
}

function hasDate({ pairs }: RequestHeaders): boolean {
  return pairs.some((text, index) => index % 2 === 0 && /^(?:x-amz-)?date$/i.test(text));
}
