import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { documentWith } from "../lower/lower-text.js";
import { checkCompose, validateCompose } from "./checks/compose.js";
import { checkDockerfile } from "./checks/dockerfile.js";
import { at, list, members, yamlDocuments } from "./checks/tree.js";
import { examples, fileOf, makeExample, makeManifests } from "./made.js";
import { workFolder, writeFiles } from "./tools.js";

const composePath = "deploy/compose/compose.yaml";
const dockerfile = "deploy/docker/Dockerfile";

describe.each(examples)("containers of %s", (name) => {
  test("the image keeps the rules of the checklist", async () => {
    const made = await makeExample(name, ["docker"]);
    expect(
      checkDockerfile(fileOf(made, dockerfile), fileOf(made, `${dockerfile}.dockerignore`)),
    ).toEqual([]);
  });

  test("the Compose file fits its schema and the checklist", async () => {
    const made = await makeExample(name, ["docker", "compose"]);
    const [file] = yamlDocuments(fileOf(made, composePath));
    expect(validateCompose(file)).toEqual([]);
    expect(checkCompose(file)).toEqual([]);
  });
});

describe("Compose", () => {
  const redis = { driver: "redis", url: { secret: "gateway/redis" } };

  test("a store of the settings is there, and its address with it", async () => {
    const made = await makeManifests(documentWith({}), { runtime: { state: redis } }, ["compose"]);
    const [file] = yamlDocuments(fileOf(made, composePath));
    expect(validateCompose(file)).toEqual([]);
    expect(checkCompose(file)).toEqual([]);
    expect(at(file, "services", "valkey", "image")).toMatch(/^valkey\/valkey:8/);
    expect(at(file, "services", "gateway", "environment", "GATEWAY_REDIS")).toBe(
      "redis://valkey:6379",
    );
    expect(at(file, "services", "gateway", "depends_on", "valkey", "condition")).toBe(
      "service_healthy",
    );
  });

  test("the store is Redis, another name, or none, as the settings say", async () => {
    const services = async (compose: object, url: unknown): Promise<readonly string[]> => {
      const settings = { runtime: { state: { driver: "redis", url } }, deploy: { compose } };
      const made = await makeManifests(documentWith({}), settings, ["compose"]);
      return members(yamlDocuments(fileOf(made, composePath))[0], "services").map(([name]) => name);
    };
    const plain = { observability: false };
    expect(await services({ ...plain, redis: "redis" }, { secret: "x" })).toEqual([
      "gateway",
      "redis",
    ]);
    expect(await services(plain, "redis://store:6379")).toEqual(["gateway", "store"]);
    expect(await services({ ...plain, redis: false }, { secret: "x" })).toEqual(["gateway"]);
  });

  test("a dollar sign of a variable is no variable of Compose", async () => {
    const settings = { stages: { dev: { environment: { PRICE: "$5 and ${HOME}" } } } };
    const made = await makeManifests(documentWith({}), settings, ["compose"]);
    const [file] = yamlDocuments(fileOf(made, composePath));
    expect(at(file, "services", "gateway", "environment", "PRICE")).toBe("$$5 and $${HOME}");
  });
});

describe("the health script", () => {
  const folder = workFolder();

  async function health(
    settings: object,
    environment: (port: number) => NodeJS.ProcessEnv,
    word: string,
  ): Promise<{ readonly status: number; readonly urls: readonly string[] }> {
    const made = await makeManifests(documentWith({}), settings, ["docker"]);
    const place = join(folder(), String(Math.abs(JSON.stringify(settings).length)));
    writeFiles(made, place);
    const urls: string[] = [];
    const server = createServer((request, response) => {
      urls.push(`${request.url ?? ""} ${request.headers.authorization ?? ""}`.trim());
      response.writeHead(request.url === "/well/live" ? 200 : 503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { spawn } = await import("node:child_process");
    const child = spawn(process.execPath, [join(place, "deploy/docker/health.mjs"), word], {
      env: { PATH: process.env["PATH"], ...environment(port) },
      stdio: "ignore",
    });
    const status = await new Promise<number>((resolve) =>
      child.once("exit", (code) => resolve(code ?? -1)),
    );
    server.closeAllConnections();
    server.close();
    return { status, urls };
  }

  const admin = {
    runtime: { adminPort: 9464, health: { live: "/well/live", ready: "/well/ready" } },
  };

  test("asks the admin listener", async () => {
    const environment = (port: number): NodeJS.ProcessEnv => ({
      ADMIN_PORT: String(port),
      GATEWAY_ADMIN_TOKEN: "t",
    });
    expect(await health(admin, environment, "live")).toEqual({
      status: 0,
      urls: ["/well/live Bearer t"],
    });
    expect(await health(admin, environment, "ready")).toEqual({
      status: 1,
      urls: ["/well/ready Bearer t"],
    });
  });

  test("without an admin listener an open port is well", async () => {
    const open = await health({}, (port) => ({ PORT: String(port) }), "ready");
    expect(open.status).toBe(0);
    expect((await health({}, () => ({ PORT: "1" }), "ready")).status).toBe(1);
  });

  test("is JavaScript that node reads", async () => {
    const made = await makeManifests(documentWith({}), admin, ["docker"]);
    const place = join(folder(), "syntax");
    writeFiles(made, place);
    const check = spawnSync(process.execPath, ["--check", join(place, "deploy/docker/health.mjs")]);
    expect(check.status).toBe(0);
  });
});

describe("which targets there are", () => {
  const folders = async (document: object, settings: object): Promise<readonly string[]> => {
    const { files } = await makeManifests(document, settings, "chosen");
    return [...new Set([...files.keys()].map((path) => path.split("/")[1] ?? ""))].toSorted();
  };
  const plain = { openapi: "3.0.1", info: { title: "t", version: "1" }, paths: {} };

  test.each<[name: string, document: object, settings: object, want: readonly string[]]>([
    [
      "a document of API Gateway",
      documentWith({}),
      {},
      ["cloudformation", "compose", "docker", "kubernetes"],
    ],
    ["a plain document", plain, {}, ["compose", "docker", "kubernetes"]],
    ["what targets says", documentWith({}), { targets: ["docker"] }, ["docker"]],
    ["none", documentWith({}), { targets: [] }, []],
    [
      "what deploy holds",
      documentWith({}),
      { deploy: { kubernetes: {} } },
      ["docker", "kubernetes"],
    ],
    [
      "a section that is off",
      documentWith({}),
      { deploy: { compose: { redis: false } } },
      ["compose", "docker"],
    ],
  ])("%s", async (_name, document, settings, want) => {
    const found = await folders(document, settings);
    expect(found.filter((name) => name !== "README.md")).toEqual(want);
  });

  test("the description is the first paragraph, on one line, and no longer than a label", async () => {
    const described = async (description: string): Promise<string | undefined> => {
      const document = documentWith({ root: { info: { title: "a", version: "1", description } } });
      const made = await makeManifests(document, {}, ["docker"]);
      return /description="(.*)" \\$/m.exec(fileOf(made, dockerfile))?.[1];
    };
    expect(await described("One\n  two.\r\n\r\nThree.")).toBe("One two.");
    expect(await described("\n")).toBe("A gateway for its API.");
    expect(await described("é😀".repeat(150))).toBe(`${"é😀".repeat(98)}é...`);
  });

  test("labels are the document's own", async () => {
    const document = documentWith({ root: { info: { title: 'A "b" $c', version: "1.0" } } });
    const made = await makeManifests(document, {}, ["docker"]);
    expect(fileOf(made, dockerfile)).toContain('org.opencontainers.image.title="A \\"b\\" \\$c"');
    expect(list([], "x")).toEqual([]);
  });
});
