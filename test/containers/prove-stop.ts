import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { startLoad, type LoadRequest } from "../support/http-load.js";
import { pacedAnswer, startPacedBackend } from "../support/paced-backend.js";
import type { Container } from "./container.js";
import type { Proofs } from "./proofs.js";

/** Where the settings of the example say that the pets of the stage dev live. */
const BACKEND_PORT = 9310;
/** Requests before the stop, and clients that keep their connections. */
const REQUESTS = 3_000;
const CLIENTS = 200;
/** What an orchestrator gives a container at least: Docker's own default. */
const PATIENCE_MS = 10_000;

/**
 * Stops the container while 200 clients ask it for all they can, some of them slowly. A request that was
 * sent on a connection that had been opened must be answered in whole; one whose connection is refused
 * was not sent, and its client may ask another gateway.
 */
export async function proveStop(proofs: Proofs, container: Container, port: number): Promise<void> {
  const backend = await startPacedBackend(BACKEND_PORT);
  const load = startLoad({
    origin: `http://127.0.0.1:${port}`,
    kept: CLIENTS,
    fresh: 0,
    thinkMs: 20,
    request,
  });
  const { tally } = load;
  while (tally.answered < REQUESTS && tally.lost.length + tally.wrong.length === 0) await delay(10);
  const before = tally.answered;
  const fromMs = performance.now();
  container.signal("TERM");
  const status = await Promise.race([container.ended(), delay(PATIENCE_MS, "late" as const)]);
  const tookMs = performance.now() - fromMs;
  const { answered, closing, refused, lost, wrong } = await load.end();
  await backend.close();

  proofs.check(
    "it ends within 10 s of SIGTERM",
    status !== "late",
    `${(tookMs / 1000).toFixed(1)} s`,
  );
  proofs.check("it ends well", status === 0, `status ${String(status)}`);
  proofs.check(
    "no request is lost",
    lost.length === 0 && wrong.length === 0 && answered > before,
    `${answered} answered, ${answered - before} of them after SIGTERM; ${lost.length} lost, ${wrong.length} wrong${[
      ...lost,
      ...wrong,
    ]
      .slice(0, 5)
      .map((line) => `\n  ${line}`)
      .join("")}`,
  );
  proofs.check(
    "every client is told to close its connection, and opens none after that",
    closing >= CLIENTS && refused > 0,
    `${closing} answers of ${CLIENTS} clients said so, ${refused} connections refused`,
  );
}

/** Pets that take up to half a second, some of them added. */
function request(number: number): LoadRequest {
  const waitMs = [0, 5, 20, 100, 500][number % 5] ?? 0;
  const id = number * 1000 + waitMs;
  return number % 7 === 0
    ? {
        method: "POST",
        path: "/dev/pets",
        headers: { "content-type": "application/json" },
        body: Readable.from(slowly('{"type":"dog",', `"price":${number}}`)),
        isAnswer: (status, text) => status === 200 && text.includes('"hash"'),
      }
    : {
        method: "GET",
        path: `/dev/pets/${id}`,
        isAnswer: (status, text) => status === 200 && text === pacedAnswer(id),
      };
}

/** A body that is still on its way when its headers are read. */
async function* slowly(...parts: readonly string[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    yield Buffer.from(part);
    await delay(50);
  }
}
