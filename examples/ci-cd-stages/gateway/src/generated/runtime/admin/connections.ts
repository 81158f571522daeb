// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ManagementMethod } from "../websocket/socket-part.js";
import { AdminError, notFound } from "./admin-error.js";
import type { AdminAnswer, AdminCall, AdminOperation } from "./admin-operation.js";

/** Bytes of the longest message that is pushed. Source: developer guide, "Quotas". */
const MAX_PUSH_BYTES = 128 * 1024;

const PATH = "/{stageName}/@connections/{connectionId}";

/** The management API of WebSocket APIs, as its SDK clients call it. */
export const connectionOperations: readonly AdminOperation[] = [
  { method: "POST", path: PATH, maxBytes: MAX_PUSH_BYTES, answer: manage("POST") },
  { method: "GET", path: PATH, answer: manage("GET") },
  { method: "DELETE", path: PATH, answer: manage("DELETE") },
];

function manage(method: ManagementMethod) {
  return async ({ administered, segment, header, bytes }: AdminCall): Promise<AdminAnswer> => {
    const { sockets } = administered;
    if (sockets === null) throw notFound("the API has no connections");
    const [stage, id] = [segment("stageName"), segment("connectionId")];
    if (!Object.hasOwn(administered.api.stages, stage)) {
      throw new AdminError("ForbiddenException", "Forbidden");
    }
    const once = header("amz-sdk-invocation-id");
    const connection = { stage, id, ...(once === null ? {} : { once }) };
    const result = await sockets.manage(method, connection, bytes);
    if (result.kind === "problem") throw new AdminError(result.type, result.message);
    return { status: result.status, body: result.body };
  };
}
