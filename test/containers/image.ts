import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What an image says of the containers that are made of it. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[] | null;
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly StopSignal: string;
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/** How an image is built where no engine is, of images that are there. */
const isolated = ["--isolation=chroot", "--pull-never", "--format=docker", "--quiet"];

/** Images in a store of their own, below a folder. */
export class ImageStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Puts a stand-in for the official image of Node there, by its name in a FROM. */
  layBase(name: string, nodeVersion: string): void {
    const root = join(this.#folder, "base");
    const script = fileURLToPath(new URL("base-image.sh", import.meta.url));
    execFileSync("sh", [script, root, nodeVersion], { stdio: ["ignore", "ignore", "inherit"] });
    const container = this.#buildah("from", "scratch");
    this.#buildah("copy", "--quiet", container, root, "/");
    const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    this.#buildah("config", "--env", path, "--env", `NODE_VERSION=${nodeVersion}`, container);
    const entrypoint = '["docker-entrypoint.sh"]';
    this.#buildah("config", "--entrypoint", entrypoint, "--cmd", "node", container);
    this.#buildah("commit", "--quiet", "--rm", container, `docker.io/library/${name}`);
  }

  /** Builds a project as the head of its Dockerfile says, with what npm is told on this machine. */
  build(project: string, tag: string): void {
    const npmrc = join(this.#folder, "npmrc");
    const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" });
    const authorities = "/etc/ssl/certs/ca-certificates.crt";
    writeFileSync(npmrc, `registry=${registry.trim()}\ncafile=${authorities}\n`);
    const dockerfile = join(project, "deploy/docker/Dockerfile");
    this.#buildah(
      "bud",
      ...isolated,
      `--secret=id=npmrc,src=${npmrc}`,
      // Docker finds it by its name
      `--ignorefile=${dockerfile}.dockerignore`,
      `--file=${dockerfile}`,
      `--tag=${tag}`,
      project,
    );
  }

  config(tag: string): ImageConfig {
    const text = this.#buildah("inspect", "--type", "image", tag);
    return (JSON.parse(text) as { readonly Docker: { readonly config: ImageConfig } }).Docker
      .config;
  }

  /** Gives the folder in which the root of a new container is. */
  root(tag: string): string {
    return this.#buildah("mount", this.#buildah("from", "--pull-never", tag));
  }

  #buildah(...words: readonly string[]): string {
    const store = ["--root", join(this.#folder, "store"), "--runroot", join(this.#folder, "run")];
    const text = execFileSync("buildah", [...store, "--storage-driver", "vfs", ...words], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    });
    return text.trim();
  }
}
