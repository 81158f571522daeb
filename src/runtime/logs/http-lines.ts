import type { LogDestinationTable } from "../contracts.js";
import { createBatchSender } from "../export/batch-sender.js";
import { sentHeaders } from "../export/sent-headers.js";
import type { ViewSetup } from "../views/views-part.js";
import type { LineWriter } from "./line-writer.js";

/**
 * Lines as Amazon Data Firehose delivers them to an HTTP endpoint, each one a record. Source: Firehose
 * developer guide, "HTTP endpoint delivery request and response specifications".
 */
export function httpLines(
  { url, headers }: Extract<LogDestinationTable, { kind: "http" }>,
  { around, secrets }: ViewSetup,
): LineWriter {
  const { clock, random, logger } = around;
  const sender = createBatchSender<string>({
    name: "access log",
    url,
    headers: { ...sentHeaders(headers, secrets), "X-Amz-Firehose-Protocol-Version": "1.0" },
    logger,
    encode: (lines) => {
      const requestId = random.uuid();
      const records = lines.map((line) => ({ data: Buffer.from(`${line}\n`).toString("base64") }));
      return {
        body: JSON.stringify({ requestId, timestamp: clock(), records }),
        headers: { "X-Amz-Firehose-Request-Id": requestId },
      };
    },
  });
  return {
    write: (line) => sender.add(line),
    get dropped() {
      return sender.dropped;
    },
    close: () => sender.close(),
  };
}
