import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { copyPackage } from "../support/package-copy.js";

/** A command of a page, what the page says that it prints, and what it prints. */
export interface Step {
  readonly command: string;
  readonly documented: string;
  readonly printed: string;
}

/**
 * Follows a page in an empty folder: `console` blocks are run line by line, other blocks are written to the
 * file that the paragraph before names (`` `FILE`: ``), or added to it (``to `FILE`:``). Packages are not
 * installed: `gen-gateway` is a copy of this one, and `gen-gateway@latest` one with a template that changed.
 */
export function followPage(page: string): {
  readonly steps: readonly Step[];
  readonly text: string;
} {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-path-"));
  const own = packageWithNpx();
  const steps: Step[] = [];
  const text = readFileSync(page, "utf8").replace(
    /(`[^`\n]+`:\n\n)?```(\w+)\n([^]*?)```/g,
    (
      whole: string,
      _head: string | undefined,
      language: string,
      block: string,
      offset: number,
      all: string,
    ) => {
      if (language !== "console") {
        const before = all.slice(0, offset) + (_head ?? "");
        const named = /(to )?`([^`\n]+)`:\n\n$/.exec(before);
        if (named?.[2] !== undefined) putFile(folder, named[2], block, named[1] !== undefined);
        return whole;
      }
      const lines = block.split("\n").slice(0, -1);
      const ran = commandsOf(lines).map(({ command, documented }) => {
        const step = { command, documented, printed: run(command, folder, own) };
        steps.push(step);
        return `$ ${command}\n${step.printed}`;
      });
      return whole.replace(block, ran.join(""));
    },
  );
  return { steps, text };
}

function putFile(folder: string, path: string, text: string, isAdded: boolean): void {
  const place = join(folder, path);
  mkdirSync(dirname(place), { recursive: true });
  if (isAdded) appendFileSync(place, text);
  else writeFileSync(place, text);
}

function commandsOf(
  lines: readonly string[],
): readonly { readonly command: string; readonly documented: string }[] {
  const commands: { command: string; documented: string }[] = [];
  for (const line of lines) {
    const last = commands.at(-1);
    if (line.startsWith("$ ")) commands.push({ command: line.slice(2), documented: "" });
    else if (last !== undefined) last.documented += `${line}\n`;
  }
  return commands;
}

/** This package as it is installed, whose templates can be changed. */
function packageWithNpx(): string {
  const copy = copyPackage();
  writeFileSync(
    join(copy, "npx"),
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${copy}/bin/gen-gateway.js" "$@"\n`,
  );
  chmodSync(join(copy, "npx"), 0o755);
  return copy;
}

function run(command: string, folder: string, own: string): string {
  if (command === "npm install --save-dev gen-gateway") return "";
  if (command === "npm install --save-dev gen-gateway@latest") {
    changeTemplate(own);
    return "";
  }
  const { stdout, stderr } = spawnSync("bash", ["-c", `{ ${command}; } 2>&1`], {
    cwd: folder,
    encoding: "utf8",
    env: {
      PATH: `${own}:${process.env["PATH"] ?? ""}`,
      HOME: folder,
      XDG_CACHE_HOME: join(own, "cache"),
    },
  });
  return command.startsWith("npm init") ? "" : stdout + stderr;
}

/** What a new version may do to a template that somebody has taken. */
function changeTemplate(own: string): void {
  appendFileSync(join(own, "templates/partials/handler-body.hbs"), "  // {{name}} ends here\n");
  appendFileSync(join(own, "dist/build-id.txt"), "newer");
}

/** Without what differs from run to run and from version to version. */
export function comparable(text: string): string {
  return text
    .replaceAll(/\d+(?:\.\d+)?(?= (?:s|files?|changed|would change)\b)/g, "N")
    .replaceAll(/(Deployment|Description: )[0-9a-f]{10}\b/g, "$1H");
}
