// The HTTP backend of the example: a few pets in memory. Run: node backend.js [port]
import { createServer } from "node:http";

const pets = [
  { id: 1, type: "dog", price: 249.99 },
  { id: 2, type: "cat", price: 124.99 },
  { id: 3, type: "fish", price: 0.99 },
];

const port = Number(process.argv[2] ?? 9310);

createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  const id = /^\/petstore\/pets\/(\d+)$/.exec(url.pathname)?.[1];
  if (url.pathname === "/petstore/pets" && request.method === "GET") {
    const type = url.searchParams.get("type");
    return answer(response, 200, type === null ? pets : pets.filter((pet) => pet.type === type));
  }
  if (url.pathname === "/petstore/pets" && request.method === "POST") {
    let body = "";
    for await (const chunk of request) body += chunk;
    return answer(response, 200, { pet: JSON.parse(body), message: "success" });
  }
  const pet = pets.find((candidate) => String(candidate.id) === id);
  return pet === undefined
    ? answer(response, 404, { message: "There is no such pet." })
    : answer(response, 200, pet);
}).listen(port, "127.0.0.1", () => console.log(`pets on http://localhost:${port}/petstore/pets`));

function answer(response, status, value) {
  response.writeHead(status, {
    "content-type": "application/json",
    "access-control-allow-origin": "*",
  });
  response.end(JSON.stringify(value));
}
