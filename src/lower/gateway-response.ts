import type { GatewayResponse, SubstitutionTemplate } from "../ir/gateway-response.js";
import { gatewayResponseTypes } from "../ir/gateway-response.js";
import { quote } from "../json.js";
import { parseGatewayResponseExpression } from "../language/mapping-expression.js";
import { parseSubstitution } from "../language/substitution-template.js";
import { nearestHint } from "../nearest.js";
import { plainMediaType } from "./body.js";
import { checkKeys } from "./known-keys.js";
import type { Lowering } from "./lowering.js";
import { lowerHeaderMappings } from "./mapping.js";
import type { Members } from "./members.js";

/** Lowers `x-amazon-apigateway-gateway-responses`. Problems: GG520 type, GG521 status, GG522 template. */
export function lowerGatewayResponses(
  context: Lowering,
  root: Members,
): readonly GatewayResponse[] {
  const holder = root.object("x-amazon-apigateway-gateway-responses");
  return (holder?.entries() ?? []).flatMap(([name]) => {
    const response = holder?.object(name);
    const type = gatewayResponseTypes.find((known) => known === name);
    if (type === undefined) {
      const message = `${quote(name)} is not a type of gateway response`;
      context.sink.error(
        "GG520",
        holder?.place(name) ?? root.at,
        message,
        nearestHint(name, gatewayResponseTypes),
      );
      return [];
    }
    return response ? [lowerGatewayResponse(context, type, response)] : [];
  });
}

function lowerGatewayResponse(
  context: Lowering,
  type: GatewayResponse["type"],
  response: Members,
): GatewayResponse {
  checkKeys(context, response, ["statusCode", "responseParameters", "responseTemplates"]);
  const status = response.text("statusCode");
  const isStatus = status === undefined || /^[1-5]\d\d$/.test(status);
  if (!isStatus) {
    context.sink.error(
      "GG521",
      response.place("statusCode"),
      `${quote(status)} is not a status code`,
    );
  }
  return {
    at: response.at,
    type,
    statusCode: status !== undefined && isStatus ? Number(status) : undefined,
    headers: lowerHeaders(context, response),
    templates: lowerTemplates(context, response),
  };
}

function lowerHeaders(context: Lowering, response: Members): GatewayResponse["headers"] {
  return lowerHeaderMappings(context, response, {
    target: /^gatewayresponse\.header\.(.+)$/,
    form: "gatewayresponse.header.NAME",
    parse: parseGatewayResponseExpression,
    declared: undefined,
  });
}

function lowerTemplates(context: Lowering, response: Members): readonly SubstitutionTemplate[] {
  const templates = response.object("responseTemplates");
  return (templates?.entries() ?? []).flatMap(([mediaType]) => {
    const text = templates?.text(mediaType);
    if (templates === undefined || text === undefined) return [];
    const at = templates.place(mediaType);
    const { parts, inert } = parseSubstitution(text);
    const [construct] = inert;
    if (construct !== undefined) {
      const message = `${construct} prints as it stands: templates of gateway responses only replace $context, $stageVariables and $method.request`;
      context.sink.warning("GG522", at, message);
    }
    for (const part of parts) {
      if (typeof part !== "string" && part.kind === "stageVariable") {
        context.needs.stageVariable(part.name, at);
      }
    }
    return [{ at, mediaType: plainMediaType(mediaType), parts }];
  });
}
