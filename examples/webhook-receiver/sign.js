// Prints the headers that the payment provider would send: node sign.js DELIVERY
import { createHmac } from "node:crypto";

const delivery = process.argv[2] ?? "d-1";
const time = Math.floor(Date.now() / 1000);
const key = process.env.WEBHOOK_KEY ?? "";
const signature = createHmac("sha256", key).update(`${time}.${delivery}`).digest("hex");
console.log(`-H X-Delivery:${delivery} -H X-Signature:t=${time},v1=${signature}`);
