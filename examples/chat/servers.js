// The page, and the tickets that open the chat: what a web shop's own server would do for its customers.
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const types = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript" };

/** Serves the page, and a ticket to whoever asks: here everybody is who they say they are. */
export function startPage(key, port = 9440) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://page");
    if (pathname === "/ticket") {
      response.writeHead(200, { "Content-Type": "text/plain" });
      response.end(ticketOf(searchParams.get("name") ?? "", key));
      return;
    }
    sendFile(pathname === "/" ? "/index.html" : pathname, response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const url = `http://127.0.0.1:${server.address().port}`;
      const close = () =>
        new Promise((done) => {
          server.close(done);
          server.closeAllConnections();
        });
      resolve({ url, close });
    });
  });
}

/** A name and its signature, as src/handlers/ticket.ts reads them. */
export function ticketOf(name, key) {
  return `${name}.${createHmac("sha256", key).update(name).digest("hex")}`;
}

async function sendFile(pathname, response) {
  const [, name, type] = /^\/([a-z]+\.(html|css|js))$/.exec(pathname) ?? [];
  if (name === undefined) {
    response.writeHead(404).end();
    return;
  }
  try {
    const content = await readFile(new URL(`page/${name}`, import.meta.url));
    response.writeHead(200, { "Content-Type": types[type] }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const key = process.env.TICKET_KEY;
  if (key === undefined) throw new Error("set TICKET_KEY to a secret of your choice");
  const page = await startPage(key);
  console.log(`The page is at ${page.url}; open it in two windows.`);
}
