// Prints a session token: node session.js CUSTOMER
import { createHmac } from "node:crypto";

const customer = process.argv[2] ?? "c-42";
const key = process.env.SESSION_KEY ?? "";
console.log(`${customer}.${createHmac("sha256", key).update(customer).digest("hex")}`);
