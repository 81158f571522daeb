import { setTimeout as delay } from "node:timers/promises";
import type { Container } from "./container.js";
import type { ImageConfig } from "./image.js";
import type { Proofs } from "./proofs.js";

export interface RunningImage {
  readonly container: Container;
  readonly config: ImageConfig;
  readonly port: number;
}

/** That it answers, as whom it runs, what it may write, and that it says how it is. */
export async function proveContainer(
  proofs: Proofs,
  { container, config, port }: RunningImage,
): Promise<void> {
  const home = await homePage(container, port);
  proofs.check(
    "it answers",
    home.includes("<html>"),
    home === "" ? container.said : "the home page",
  );

  const status = container.status();
  const [uid, gid] = config.User.split(":");
  const users = (status.get("Uid") ?? "").split(/\s+/);
  const groups = (status.get("Gid") ?? "").split(/\s+/);
  proofs.check(
    "the process is of the image's user and group, and of no other",
    users.every((one) => one === uid) && groups.every((one) => one === gid),
    `uid ${users[0] ?? ""}, gid ${groups[0] ?? ""}`,
  );
  proofs.check("it is in no group of this machine", (status.get("Groups") ?? "") === "");
  proofs.check(
    "it has no capabilities and gets none",
    /^0+$/.test(status.get("CapEff") ?? "") && status.get("NoNewPrivs") === "1",
  );
  proofs.check(
    "node is process 1 of the container, without an init or a shell",
    (status.get("NSpid") ?? "").split(/\s+/).at(-1) === "1" &&
      container.program().endsWith("/node"),
    container.program(),
  );

  for (const path of ["/written", "/app/written", "/app/dist/main.js"]) {
    const { text } = container.execute(["node", "-e", writing(path)], { user: "0:0" });
    proofs.check(`not even root can write ${path}`, text === "EROFS", text);
  }
  const { text } = container.execute(["node", "-e", writing("/tmp/written")]);
  proofs.check("/tmp can be written", text === "written", text);

  const [how, ...health] = config.Healthcheck.Test;
  proofs.check("HEALTHCHECK is a command without a shell", how === "CMD", health.join(" "));
  const environment = [`PORT=${port}`];
  proofs.check(
    "HEALTHCHECK says it is well",
    container.execute(health, { environment }).status === 0,
  );
  const elsewhere = container.execute(health, { environment: ["PORT=1"] });
  proofs.check("HEALTHCHECK says where it is not", elsewhere.status === 1, `${elsewhere.status}`);
}

function writing(path: string): string {
  const file = JSON.stringify(path);
  return `try { require("fs").appendFileSync(${file}, "x"); console.log("written") } catch ({ code }) { console.log(code) }`;
}

/** Asks until it answers; empty: the container ended before. */
async function homePage(container: Container, port: number): Promise<string> {
  while (!container.hasEnded) {
    const answer = await fetch(`http://127.0.0.1:${port}/dev/`).catch(() => undefined);
    if (answer?.status === 200) return answer.text();
    await delay(50);
  }
  return "";
}
