import { isObject, member, quote, type JsonObject } from "../../json.js";
import type { LoadedDocument } from "../../load/document.js";
import { nearestHint } from "../../nearest.js";
import type { Pointer } from "../../pointer.js";
import { child } from "../../pointer.js";
import type { Lowering } from "../lowering.js";
import { Members } from "../members.js";
import { declareAsyncApi } from "./asyncapi.js";
import type { DeclaredApi } from "./declared.js";
import { declareSection } from "./section.js";
import { declareShortForm } from "./short-form.js";

const sectionKey = "x-gateway-websocket";
const shortFormKey = "x-gateway-websocket-routes";
const selectionKey = "x-amazon-apigateway-route-selection-expression";

/** Where a document or its settings declare WebSocket APIs; the first is the one that counts. */
export function webSocketPlaces({
  root,
  at,
  settings,
  format,
}: LoadedDocument): readonly Pointer[] {
  if (format === "asyncapi") return [at];
  return [
    ...[sectionKey, shortFormKey, selectionKey]
      .filter((key) => root[key] !== undefined)
      .map((key) => child(at, key)),
    ...["websocket", "websockets"]
      .filter((key) => isObject(settings.value[key]))
      .map((key) => settings.place(key)),
  ];
}

/**
 * The WebSocket API of an AsyncAPI document, of an OpenAPI document's extensions, or of the settings. Problems:
 * GG801 several, GG807 none.
 */
export function declareWebSocketApi(context: Lowering, root: Members): DeclaredApi | undefined {
  const { document, sink } = context;
  if (document.format === "asyncapi") return declareAsyncApi(context, root);
  const [first, ...others] = webSocketPlaces(document).filter((at) => !at.endsWith(selectionKey));
  for (const at of others) {
    sink.error("GG801", at, "a WebSocket API is declared in more than one place", {
      hint: "keep one of the extension and the settings",
    });
  }
  const section = root.object(sectionKey);
  if (section !== undefined) return declareSection(context, section);
  if (root.has(shortFormKey)) return declareShortForm(context, root);
  const chosen = first === undefined ? undefined : sectionOfSettings(context);
  if (chosen !== undefined) return declareSection(context, chosen);
  if (first === undefined) {
    sink.error("GG807", document.at, "nothing here declares a WebSocket API", {
      hint: "add the section websocket to the settings, or x-gateway-websocket to the document",
    });
  }
  return undefined;
}

function sectionOfSettings({ document: { settings }, sink }: Lowering): Members | undefined {
  const { websocket, websockets, api } = settings.value;
  if (isObject(websocket)) return new Members(websocket, settings.place("websocket"), sink);
  const named: JsonObject = isObject(websockets) ? websockets : {};
  const names = Object.keys(named);
  const wanted = isObject(api) && typeof api["name"] === "string" ? api["name"] : undefined;
  const name = names.length === 1 ? names[0] : wanted;
  const chosen = name === undefined ? undefined : member(named, name);
  if (name !== undefined && isObject(chosen)) {
    return new Members({ name, ...chosen }, settings.place("websockets", name), sink);
  }
  const list = names.map(quote).join(", ");
  const message = `the settings declare several WebSocket APIs, a project is one of them: ${list}`;
  const near = wanted === undefined ? {} : nearestHint(wanted, names);
  const hint = `name it by api: { name: ${quote(names[0] ?? "")} } in the settings`;
  sink.error("GG801", settings.place("websockets"), message, { hint, ...near });
  return undefined;
}
