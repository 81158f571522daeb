// What stands behind the example on this machine: dynalite for DynamoDB, s3rver for S3, and a small
// server that takes the messages for SNS and SQS and prints them. Run: node servers.js
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import dynalite from "dynalite";
import S3rver from "s3rver";

const ports = { files: 4568, orders: 4567, messages: 4566 };

/** Starts all three. Port 0 is a free one; `print` is told of each message. */
export async function startServers({ files, orders, messages } = ports, print = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "aws-services-"));
  const s3 = new S3rver({
    port: files,
    address: "127.0.0.1",
    silent: true,
    directory: folder,
    configureBuckets: [{ name: "files" }],
  });
  const { port: filesPort } = await s3.run();
  const dynamodb = dynalite({ createTableMs: 0 });
  const ordersOrigin = await listen(dynamodb, orders);
  await createTable(ordersOrigin);
  const queues = createServer((request, response) => takeMessage(request, response, print));
  return {
    files: `http://127.0.0.1:${filesPort}`,
    orders: ordersOrigin,
    messages: await listen(queues, messages),
    async close() {
      queues.closeAllConnections();
      await Promise.all([
        s3.close(),
        new Promise((resolve) => queues.close(resolve)),
        new Promise((resolve) => dynamodb.close(resolve)),
      ]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`));
  });
}

async function createTable(origin) {
  const response = await fetch(origin, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.0",
      "X-Amz-Target": "DynamoDB_20120810.CreateTable",
      "X-Amz-Date": "20200101T000000Z",
      // dynalite wants to see a signature, of whom does not matter.
      Authorization:
        "AWS4-HMAC-SHA256 Credential=a/20200101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=a",
    },
    body: JSON.stringify({
      TableName: "orders",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  });
  if (!response.ok) throw new Error(`no table: ${await response.text()}`);
}

/** Answers a form as SNS and SQS do when they are asked for JSON. */
async function takeMessage(request, response, print) {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  const form = Object.fromEntries(new URLSearchParams(body));
  print({ path: request.url, authorization: request.headers.authorization, ...form });
  const { Action: action } = form;
  const result = { [`${action}Result`]: { MessageId: "5d1e1a52-9d3c-4a0e-8f0a-0c6a0b1c2d3e" } };
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ [`${action}Response`]: result }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const servers = await startServers(ports, (message) => console.log(message));
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => servers.close().then(() => process.exit()));
  }
  console.log(`S3 ${servers.files}, DynamoDB ${servers.orders}, SNS and SQS ${servers.messages}`);
}
