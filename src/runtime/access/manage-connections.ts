import { errors } from "../errors/gateway-error.js";
import type { ManageAccess } from "../websocket/management.js";
import { arrivedRequest, createVerifiers } from "./iam-access.js";
import { plainArn } from "./method-arn.js";
import { decideAccess, tellDecision } from "./resource-policy.js";

const MANAGE_CONNECTIONS = "execute-api:ManageConnections";

/**
 * Who may use `@connections` at the gateway's own listener: signers whose policies allow
 * `execute-api:ManageConnections`. WebSocket APIs have no resource policy.
 */
export const manageConnectionsAccess: ManageAccess = ({ around, secrets, resource }) => {
  const verifier = resource(createVerifiers).of({ api: around.api, around, secrets });
  return async (exchange, target) => {
    const arns = plainArn(exchange, target);
    const signer = await verifier.verify(arrivedRequest(exchange), () => exchange.readBody());
    exchange.signer = signer.identity;
    const policies = { resource: null, identity: signer.policies, crossAccount: signer.isForeign };
    const decision = decideAccess(exchange, arns, policies, signer.caller, MANAGE_CONNECTIONS);
    tellDecision(exchange, decision);
    if (decision.outcome !== "Allow") throw errors.forbidden("the signer may not do so");
  };
};
