import type { ApiView, RefusalRecord, RouteView } from "../runtime/console/wire.js";

/** Why a request was refused, in words, and where in the document that stands. */
export interface Explained {
  readonly title: string;
  readonly text: string;
  /** `openapi.yaml:12`; null: nowhere, or it is not known. */
  readonly place: string | null;
}

/** Explains a refusal by what the document says. `route`: null, no route serves the request. */
export function explainRefusal(
  refusal: RefusalRecord,
  route: RouteView | null,
  places: ApiView["places"],
): Explained {
  const { by, station, responseType } = refusal;
  const box = route?.boxes.find(({ name }) => name === station);
  const title = `${responseType} at ${station}`;
  const explained = (text: string, place: string | null): Explained => ({
    title,
    text,
    place:
      place ??
      box?.place ??
      box?.lines.find((line) => line.place !== null)?.place ??
      route?.place ??
      null,
  });
  if (route === null) {
    return { title: responseType, text: "No route serves the method and path.", place: null };
  }
  switch (by?.kind) {
    case "policy":
      return explained(policyText(by), policyPlace(by, refusal.detail, places));
    case "limit":
      return explained(limitText(by.identifier), limitPlace(by.identifier, places));
    case "key":
      return explained(
        by.apiKeyId === null ? "No API key that is known was sent." : `The API key ${by.apiKeyId}.`,
        by.apiKeyId === null ? null : (places[`key/${by.apiKeyId}`] ?? null),
      );
    case "authorizer":
      return explained(`Refused by the check of the caller: ${by.check}.`, null);
    case "parameters": {
      const line = box?.lines.find(({ text }) =>
        by.names.some((name) =>
          new RegExp(`^(?:path|query|header) ${escaped(name)} is required$`).test(text),
        ),
      );
      return explained(`Required and not sent: ${by.names.join(", ")}.`, line?.place ?? null);
    }
    case "schema": {
      const line = box?.lines.find(({ text }) => text.startsWith("body of "));
      return explained("The body does not fit its schema.", line?.place ?? null);
    }
    case undefined:
      return explained("", null);
  }
}

type By<K> = Extract<NonNullable<RefusalRecord["by"]>, { kind: K }>;

function policyText({ policy, statement }: By<"policy">): string {
  if (policy === null) return "No statement of any policy allows it.";
  const whose = policy === "resource" ? "the API's resource policy" : "a policy of the caller";
  return `Denied by the statement ${statement ?? ""} of ${whose}.`;
}

function policyPlace(
  { policy, statement }: By<"policy">,
  detail: string,
  places: ApiView["places"],
): string | null {
  if (policy === "resource") return places[`policy/${statement ?? ""}`] ?? places["policy"] ?? null;
  // whom the refusal names
  const principal = Object.keys(places).find(
    (key) => key.startsWith("principal/") && detail.includes(key.slice("principal/".length)),
  );
  if (principal !== undefined) return places[principal] ?? null;
  return policy === null ? (places["policy"] ?? null) : null;
}

/** `method/dev/getPet`, `plan/gold/acme`, `plan-method/gold/acme/dev/getPet`. */
function limitText(identifier: string): string {
  const [kind, first = "", second = ""] = identifier.split("/");
  if (kind === "method") return `The limit of ${second} in the stage ${first} is used up.`;
  return `The limits of the usage plan ${first} are used up for the key ${second}.`;
}

function limitPlace(identifier: string, places: ApiView["places"]): string | null {
  const [kind, first = ""] = identifier.split("/");
  const key = kind === "method" ? identifier : `plan/${decodeURIComponent(first)}`;
  return places[key] ?? null;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
