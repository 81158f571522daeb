// The order system behind the VPC link: it speaks XML and knows nothing of JSON. Run: node backend.js
import { createServer } from "node:http";

const orders = new Map();

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://legacy");
  let body = "";
  request.setEncoding("utf8").on("data", (text) => (body += text));
  request.on("end", () => {
    console.log(`${request.method} ${request.url} ${request.headers.host}\n${body}`);
    const answer = (status, xml, headers = {}) =>
      response.writeHead(status, { "Content-Type": "application/xml", ...headers }).end(xml);
    if (url.pathname !== "/OrderService/orders") answer(500, "<fault/>");
    else if (request.method === "POST") placeOrder(body, answer);
    else findOrder(url.searchParams.get("no"), answer);
  });
});

function placeOrder(xml, answer) {
  const content = /^<\?xml[^>]*>\s*<order>(.*)<\/order>\s*$/s.exec(xml)?.[1];
  if (content === undefined) return answer(400, fault("this is no order"));
  if (!content.includes("<line ")) return answer(400, fault("an order needs a line & more"));
  const number = String(1000 + orders.size + 1);
  orders.set(number, content);
  answer(201, `<receipt>\n  <number>${number}</number>\n  <status>OPEN</status>\n</receipt>\n`, {
    Location: `/orders/${number}`,
  });
}

function findOrder(number, answer) {
  const content = orders.get(number);
  if (content === undefined) return answer(404, fault(`there is no such order`));
  answer(200, `<order>\n  <number>${number}</number>${content}</order>\n`);
}

function fault(reason) {
  return `<fault>\n  <reason>${reason.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</reason>\n</fault>\n`;
}

server.listen(9410, () => console.log("the order system listens on 9410"));
