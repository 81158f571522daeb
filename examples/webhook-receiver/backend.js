// The service that takes events; it prints each one.
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

/** Starts the service; `take` is called with every event. */
export function startBackend(port = 9430, take = console.log) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    take({
      idempotencyKey: request.headers["idempotency-key"],
      event: JSON.parse(Buffer.concat(chunks).toString()),
    });
    response.writeHead(204).end();
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const url = `http://127.0.0.1:${server.address().port}`;
      resolve({ url, close: () => new Promise((done) => server.close(done)) });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startBackend();
  console.log(`The events' service listens on ${url}.`);
}
