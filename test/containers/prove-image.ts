import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageConfig } from "./image.js";
import type { Proofs } from "./proofs.js";

/** What is in the image, and what is not. `root`: the folder in which it is mounted. */
export function proveImage(proofs: Proofs, config: ImageConfig, root: string): void {
  proofs.check(
    "the user is a number, not root's",
    /^[1-9]\d*:[1-9]\d*$/.test(config.User),
    config.User,
  );
  proofs.check("the signal to stop is SIGTERM", config.StopSignal === "SIGTERM", config.StopSignal);
  proofs.check("the command is node's", config.Cmd[0] === "node", config.Cmd.join(" "));

  const files = filesBelow(join(root, "app"));
  const foreign = files.filter(({ uid, mode }) => uid !== 0 || (mode & 0o022) !== 0);
  proofs.check(
    "all files are root's, and nobody else may write them",
    foreign.length === 0,
    `${files.length} files`,
  );
  const unreadable = files.filter(
    ({ mode, isFolder }) => (mode & (isFolder ? 0o005 : 0o004)) === 0,
  );
  proofs.check(
    "everybody may read them, though the project is its owner's alone",
    unreadable.length === 0,
    unreadable.map(({ path }) => path).join(" "),
  );

  const { devDependencies } = JSON.parse(readFileSync(join(root, "app/package.json"), "utf8")) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const left = Object.keys(devDependencies).filter((name) =>
    existsSync(join(root, "app/node_modules", name)),
  );
  proofs.check("packages to develop with are not there", left.length === 0, left.join(" "));
  const known =
    /^(?:package\.json|health\.mjs|dist(?:\/main\.js(?:\.map)?)?|node_modules(?:\/.*)?)$/;
  const others = files.map(({ path }) => path).filter((path) => !known.test(path));
  proofs.check("nothing else is there", others.length === 0, others.join(" "));
  proofs.check("no settings of npm are left", !existsSync(join(root, "root/.npmrc")));
}

interface FoundFile {
  readonly path: string;
  readonly uid: number;
  readonly mode: number;
  readonly isFolder: boolean;
}

function filesBelow(folder: string): readonly FoundFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((path) => {
    const facts = lstatSync(join(folder, path));
    if (facts.isSymbolicLink()) return [];
    return [{ path, uid: facts.uid, mode: facts.mode, isFolder: facts.isDirectory() }];
  });
}
