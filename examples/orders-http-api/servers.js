// What stands behind the gateway: the catalogue, the issuer of customers' tokens, and a queue.
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

const keyId = "key-1";

/** The catalogue: it shows what the gateway asked it for. */
export function startCatalog(port = 9430) {
  const server = createServer((request, response) => {
    const isKnown = request.url?.startsWith("/v2/books") === true;
    const body = isKnown
      ? { shop: request.headers["x-shop"], asked: request.url, books: ["Emma", "Ulysses"] }
      : { message: "not in the catalogue" };
    response
      .writeHead(isKnown ? 200 : 404, { "Content-Type": "application/json" })
      .end(JSON.stringify(body));
  });
  return listen(server, port);
}

/** An OpenID Connect issuer with one key and two tokens of its customer Ada. */
export async function startIssuer(port = 9431) {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: keyId, use: "sig", alg: "RS256" };
  const server = createServer((request, response) => {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const documents = {
      "/.well-known/openid-configuration": { issuer, jwks_uri: `${issuer}/keys` },
      "/keys": { keys: [jwk] },
    };
    const document = documents[request.url];
    response
      .writeHead(document === undefined ? 404 : 200, { "Content-Type": "application/json" })
      .end(JSON.stringify(document ?? { message: "not found" }));
  });
  const started = await listen(server, port);
  const sign = (scope) =>
    new SignJWT({ sub: "ada", scope })
      .setProtectedHeader({ alg: "RS256", kid: keyId })
      .setIssuer(started.url)
      .setAudience("orders")
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(privateKey);
  return {
    ...started,
    readToken: await sign("orders/read"),
    token: await sign("orders/read orders/write"),
  };
}

/** A queue that takes messages as SQS does, and keeps them in sight. */
export async function startQueue(port = 9432) {
  const messages = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      const isSigned = request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 ") === true;
      messages.push(Object.fromEntries(new URLSearchParams(text)));
      response
        .writeHead(isSigned ? 200 : 403, { "Content-Type": "text/xml" })
        .end(isSigned ? sent(messages.length) : "<ErrorResponse/>");
      console.log(`queue: ${text}`);
    });
  });
  return { ...(await listen(server, port)), messages };
}

function sent(id) {
  return `<SendMessageResponse><SendMessageResult><MessageId>${id}</MessageId></SendMessageResult></SendMessageResponse>`;
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const url = `http://127.0.0.1:${server.address().port}`;
      resolve({ url, close: () => new Promise((done) => server.close(done)) });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const catalog = await startCatalog();
  const queue = await startQueue();
  const issuer = await startIssuer();
  console.log(`Catalogue on ${catalog.url}, queue on ${queue.url}, issuer on ${issuer.url}.`);
  console.log(`\nexport READ_TOKEN=${issuer.readToken}`);
  console.log(`\nexport TOKEN=${issuer.token}`);
}
