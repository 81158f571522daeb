import { Findings } from "./tree.js";

export interface DockerInstruction {
  readonly name: string;
  readonly text: string;
}

/** Instructions with their continuation lines joined; comments left out. */
export function dockerInstructions(text: string): readonly DockerInstruction[] {
  const lines = text.split("\n").filter((line) => !/^\s*#/.test(line));
  return lines
    .join("\n")
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name = "", ...rest] = line.split(" ");
      return { name: name.toUpperCase(), text: rest.join(" ") };
    });
}

const known = new Set(
  "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split(
    " ",
  ),
);

/** The rules of the checklist for an image. */
export function checkDockerfile(text: string, ignored: string): readonly string[] {
  const found = new Findings();
  const all = dockerInstructions(text);
  const stages: DockerInstruction[][] = [];
  for (const instruction of all) {
    found.check(known.has(instruction.name), `${instruction.name} is no instruction`);
    if (instruction.name === "FROM") stages.push([]);
    stages.at(-1)?.push(instruction);
  }
  const [build = [], run = []] = stages;
  const named = (stage: readonly DockerInstruction[], name: string): readonly string[] =>
    stage.filter((one) => one.name === name).map((one) => one.text);
  found.check(stages.length === 2, "two stages");
  const base = named(all, "ARG").find((arg) => arg.startsWith("NODE_IMAGE="));
  found.check(
    base !== undefined && /[:@][^:/]*\d/.test(base) && !base.endsWith(":latest"),
    "a fixed base",
  );
  const copies = named(build, "COPY");
  const install = build.findIndex(({ text: words }) => words.includes("npm ci"));
  const sources = build.findIndex(
    ({ name, text: words }) => name === "COPY" && words.startsWith("src "),
  );
  found.check(copies[0]?.includes("package-lock.json") ?? false, "the lock file comes first");
  found.check(install !== -1 && install < sources, "packages before sources");
  found.check(build[install]?.text.includes("--ignore-scripts") ?? false, "no scripts of packages");
  found.check(
    build[install]?.text.startsWith("--mount=type=secret,id=npmrc,") ?? false,
    "a registry of one's own, without its token in the image",
  );
  found.check(
    ![...copies, ...named(run, "COPY"), ...ignored.split("\n")].some((words) =>
      /^!?[^-]*npmrc/.test(words),
    ),
    "no settings of npm in the image",
  );
  found.check(
    named(build, "RUN").some((words) => words.includes("npm prune --omit=dev")),
    "pruned",
  );
  found.check(named(run, "RUN").length === 0, "nothing is run in the last stage");
  found.check(
    !named(run, "COPY").some((words) => words.includes("--chown")),
    "files belong to root",
  );
  // what comes from the project keeps its mode else, and a clone may be its owner's alone
  const asTheyAre = named(run, "COPY").filter(
    (words) => /package\.json|health\.mjs/.test(words) && !words.includes("--chmod=0644"),
  );
  found.check(asTheyAre.length === 0, "the process may read what it runs");
  found.check(
    named(run, "COPY").some((words) => words.includes("--from=build")),
    "copies what was built",
  );
  const users = named(run, "USER");
  found.check(/^[1-9]\d*(?::\d+)?$/.test(users.at(-1) ?? ""), "a numeric user that is not root");
  const commands = named(run, "CMD");
  const [command] = commands;
  found.check(
    commands.length === 1 && (command?.startsWith('["node"') ?? false),
    "node is the process",
  );
  found.check(command?.includes("--enable-source-maps") ?? false, "source maps");
  found.check(named(run, "HEALTHCHECK").length === 1, "a health check");
  found.check(
    named(run, "ENV").some((words) => words.includes('NODE_ENV="production"')),
    "production",
  );
  for (const label of ["title", "version", "description"]) {
    const has = named(run, "LABEL").some((words) =>
      words.includes(`org.opencontainers.image.${label}=`),
    );
    found.check(has, `the label ${label}`);
  }
  found.check(named(run, "STOPSIGNAL").includes("SIGTERM"), "stops by SIGTERM");
  for (const { name, text: words } of all) {
    const isSecret = /(?:SECRET|TOKEN|PASSWORD|_KEY)\b[A-Z_]*=/.test(words);
    found.check(!(isSecret && (name === "ARG" || name === "ENV")), "no secrets");
    found.check(name !== "ADD", "no ADD");
  }
  const lines = ignored.split("\n");
  found.check(lines.includes("*"), "everything is ignored but what is named");
  found.check(
    lines.some((line) => line.includes(".env")),
    "no environment files",
  );
  return found.all;
}
