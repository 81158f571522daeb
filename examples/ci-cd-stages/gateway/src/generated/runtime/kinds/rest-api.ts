// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { errors } from "../errors/gateway-error.js";
import { prepareGatewayResponses } from "../errors/gateway-response.js";
import { findStage } from "../routing/address.js";
import { createRouter } from "../routing/router.js";
import { unmatchedError } from "../routing/unmatched.js";
import type { ApiKindPart } from "./api-kind.js";

/** REST APIs: gateway responses of the document, `x-amzn-RequestId`, no 404 and no 405. */
export const restApi: ApiKindPart = (api, routes) => {
  const gatewayResponses = prepareGatewayResponses(api.gatewayResponses);
  // before a stage is known the API's definitions play no part
  const frontResponses = prepareGatewayResponses({});
  return {
    router: createRouter(routes),
    findStage,
    noStage: () => errors.forbidden("no stage has this path"),
    noRoute: unmatchedError,
    disabledEndpoint: () => errors.forbidden("the endpoint is disabled"),
    answerFirst: () => null,
    answerError: (exchange, error) =>
      (exchange.isAddressed ? gatewayResponses : frontResponses)(exchange, error),
    finish: (exchange, { headers }) => {
      headers.push(
        "x-amzn-RequestId",
        exchange.requestId,
        "x-amz-apigw-id",
        exchange.extendedRequestId,
      );
    },
  };
};
