import type { DiagnosticSink } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import { isObject } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import { checkPart } from "./check-settings.js";

/**
 * Checks the extensions of a document that are written in the vocabulary of the settings: `x-gateway-websocket`,
 * and of AsyncAPI also `x-gateway-integration` and `x-gateway-authorizer`. Problems: GG041, GG042.
 */
export function checkWebSocketExtensions(
  document: JsonObject,
  at: Pointer,
  format: "openapi" | "asyncapi",
  sink: DiagnosticSink,
): void {
  const root: Node = { value: document, at };
  const section = below(root, "x-gateway-websocket");
  if (section !== undefined) {
    const name = format === "asyncapi" ? "AsyncApiExtension" : "WebSocketApi";
    checkPart(section.value, name, section.at, sink);
  }
  if (format !== "asyncapi") return;
  const components = below(root, "components");
  const check = (holder: Node | undefined, key: string, name: string): void => {
    for (const member of membersOf(holder)) {
      const part = below(member, key);
      // a text names a part of x-gateway-websocket
      if (part === undefined || typeof part.value === "string") continue;
      checkPart(part.value, name, part.at, sink);
    }
  };
  for (const holder of [below(root, "operations"), components && below(components, "operations")]) {
    check(holder, "x-gateway-integration", "WsIntegration");
  }
  const schemes = components && below(components, "securitySchemes");
  check(schemes, "x-gateway-authorizer", "WsAuthorizer");
}

interface Node {
  readonly value: unknown;
  readonly at: Pointer;
}

function below({ value, at }: Node, key: string): Node | undefined {
  if (!isObject(value) || value[key] === undefined) return undefined;
  return { value: value[key], at: child(at, key) };
}

function membersOf(node: Node | undefined): readonly Node[] {
  if (!isObject(node?.value)) return [];
  const { at } = node;
  return Object.entries(node.value).map(([key, value]) => ({ value, at: child(at, key) }));
}
