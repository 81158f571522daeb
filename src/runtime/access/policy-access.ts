import { methodArns } from "./method-arn.js";
import { decideAccess, namedRefusal, resourcePolicyOf, tellDecision } from "./resource-policy.js";
import type { AccessPart } from "./route-access.js";

/** The API's policy by itself: of methods without authorization, and behind user pools. */
export const resourcePolicyAccess: AccessPart = (setup) => {
  const policies = { resource: resourcePolicyOf(setup), identity: null, crossAccount: false };
  return (exchange) => {
    const arns = methodArns(exchange);
    const decision = decideAccess(exchange, arns, policies, null);
    tellDecision(exchange, decision);
    if (decision.outcome !== "Allow") throw namedRefusal(decision, arns, "anonymous");
  };
};
