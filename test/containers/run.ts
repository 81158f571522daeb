/**
 * Builds the image of examples/petstore and runs it, without an engine: buildah builds in a chroot, runc
 * runs. Proves that the emitted Dockerfile works as it stands, that the container is what the manifests
 * promise, and that a stop under load loses no request. A line for each proof; `npm run containers`.
 */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "../../src/generate.js";
import { Container } from "./container.js";
import { ImageStore } from "./image.js";
import { whatIsMissing } from "./machine.js";
import { Proofs } from "./proofs.js";
import { proveContainer } from "./prove-container.js";
import { proveImage } from "./prove-image.js";
import { proveStop } from "./prove-stop.js";
import { freePort } from "../support/redis-server.js";

const example = fileURLToPath(new URL("../../examples/petstore", import.meta.url));
const tag = "pet-store:proof";

/** The project of the example, its files for its owner alone, and with some that are not for the image. */
async function layProject(folder: string): Promise<void> {
  const before = process.umask(0o077);
  const { files } = await generate({ input: join(example, "openapi.yaml") });
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  copyFileSync(join(example, "gateway/package-lock.json"), join(folder, "package-lock.json"));
  for (const path of [".env", "src/.env.local", "notes.txt", "src/secret.test.ts"]) {
    writeFileSync(join(folder, path), "not for the image");
  }
  chmodSync(join(folder, "package-lock.json"), 0o600);
  process.umask(before);
}

/** `node:22.21.1-bookworm-slim` of `ARG NODE_IMAGE=…`. */
function baseOf(project: string): { readonly name: string; readonly nodeVersion: string } {
  const text = readFileSync(join(project, "deploy/docker/Dockerfile"), "utf8");
  const [, name = "", nodeVersion = ""] = /^ARG NODE_IMAGE=(node:([\d.]+)\S*)$/m.exec(text) ?? [];
  if (name === "") throw new Error("the Dockerfile names no image of Node");
  return { name, nodeVersion };
}

async function prove(folder: string, proofs: Proofs): Promise<void> {
  const project = join(folder, "project");
  await layProject(project);
  const images = new ImageStore(folder);
  const base = baseOf(project);
  const isLaid = proofs.step(`a stand-in for ${base.name} is laid`, () =>
    images.layBase(base.name, base.nodeVersion),
  );
  if (!isLaid) return;
  const isBuilt = proofs.step("the Dockerfile builds, unchanged", () => images.build(project, tag));
  if (!isBuilt) return;
  const config = images.config(tag);
  const root = images.root(tag);
  proveImage(proofs, config, root);
  const port = await freePort();
  const container = new Container(folder, root, config, [`PORT=${port}`]);
  process.prependOnceListener("exit", () => container.remove());
  await proveContainer(proofs, { container, config, port });
  await proveStop(proofs, container, port);
}

const missing = whatIsMissing();
if (missing.length > 0) {
  console.log(`skipped the image of examples/petstore: it needs ${missing.join(", ")}`);
} else {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-containers-"));
  // nothing is left where it is interrupted, either
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const leave = (): never => process.exit(1);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, leave);
  process.stdout.on("error", leave);
  const proofs = new Proofs();
  await prove(folder, proofs).catch((error: unknown) => {
    proofs.check("nothing stops the proofs", false, String(error));
  });
  console.log(`containers: ${proofs.passed} proofs hold, ${proofs.failed} do not`);
  process.exitCode = proofs.failed === 0 ? 0 : 1;
}
