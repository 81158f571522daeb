import { nearest } from "./nearest.js";

/** Method and path of a route as the document has them; a route key where it is no path. */
export interface NamedRoute {
  readonly method: string;
  readonly path: string;
}

/** Routes that a hint lists. */
const LISTED = 6;

/** Whether a path of the document takes a path of a client. */
export function takesPath(template: string, path: string): boolean {
  const parts = template.split("/");
  const segments = path.split("/");
  const isGreedy = parts.at(-1)?.endsWith("+}") === true;
  const isLong = isGreedy ? segments.length >= parts.length : segments.length === parts.length;
  return (
    isLong &&
    parts.every((part, index) => {
      const segment = segments[index] ?? "";
      return part.startsWith("{") ? segment !== "" : part === segment;
    })
  );
}

/** What to say to who asks for a route that there is not: other methods of the path, else what reads alike. */
export function routeHint(routes: readonly NamedRoute[], method: string, path: string): string {
  const [asked = ""] = path.split("?");
  const there = routes.filter((one) => one.path === asked || takesPath(one.path, asked));
  if (there.length > 0) return `${asked} has ${there.map((one) => one.method).join(", ")}`;
  const names = new Map(
    routes.map((one) => [`${one.method} ${filled(one.path, asked)}`, nameOf(one)]),
  );
  const near = nearest(`${method} ${asked}`, [...names.keys()]);
  if (near !== undefined) return `did you mean ${names.get(near) ?? near}?`;
  const shown = routes.slice(0, LISTED).map(nameOf).join(", ");
  const more = routes.length > LISTED ? `, and ${routes.length - LISTED} more` : "";
  return `there are ${shown}${more}`;
}

function nameOf({ method, path }: NamedRoute): string {
  return path.startsWith("/") ? `${method} ${path}` : path;
}

/** The path with the client's values in the place of its variables, so that what is left to compare was written. */
function filled(template: string, path: string): string {
  const segments = path.split("/");
  return template
    .split("/")
    .map((part, index) => (part.startsWith("{") ? (segments[index] ?? part) : part))
    .join("/");
}
