import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import type { DiagnosticSink, Position } from "../diagnostics.js";
import type { Pointer } from "../pointer.js";
import { parsePointer } from "../pointer.js";

/** Bytes of a document. The service takes 6 MB; the largest public descriptions have 20 MB. */
export const maxFileBytes = 64 * 1024 * 1024;
const maxFileText = `${maxFileBytes / 1024 / 1024} MiB`;

/** Reads a file as UTF-8 text, or reports why it cannot be one. Never reads more than the limit. */
export async function readTextFile(
  path: string,
  at: Pointer,
  sink: DiagnosticSink,
): Promise<Buffer | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    const stat = await handle.stat();
    if (stat.isDirectory()) return refuse(sink, at, "is a folder, not a file");
    if (stat.size > maxFileBytes) return refuseSize(sink, at);
    return await collect(handle.createReadStream({ autoClose: false }), at, sink);
  } catch (error) {
    return refuse(sink, at, reason(error));
  } finally {
    await handle?.close();
  }
}

/** Reads standard input, or another stream, up to the limit. */
export async function collect(
  stream: AsyncIterable<Buffer | string>,
  at: Pointer,
  sink: DiagnosticSink,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const buffer = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    bytes += buffer.length;
    if (bytes > maxFileBytes) return refuseSize(sink, at);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks);
}

/** Bytes as text. UTF-8 only; a byte order mark is dropped. */
export function decodeText(bytes: Buffer, at: Pointer, sink: DiagnosticSink): string | undefined {
  if (bytes.length === 0) {
    sink.error("GG004", at, "the file is empty", { position: start(at) });
    return undefined;
  }
  const broken = notText(bytes);
  if (broken !== undefined) {
    sink.error("GG003", at, `the file is ${broken}, not UTF-8 text`, { position: start(at) });
    return undefined;
  }
  const text = bytes.toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function notText(bytes: Buffer): string | undefined {
  const mark = bytes.subarray(0, 2).toString("hex");
  if (mark === "fffe" || mark === "feff") return "UTF-16";
  if (bytes.includes(0)) return "binary";
  return isUtf8(bytes) ? undefined : "in some other encoding";
}

function refuse(sink: DiagnosticSink, at: Pointer, why: string): undefined {
  sink.error("GG001", at, `the file cannot be read: it ${why}`, { position: start(at) });
}

function refuseSize(sink: DiagnosticSink, at: Pointer): undefined {
  sink.error("GG002", at, `the file is larger than ${maxFileText}`, {
    position: start(at),
    hint: "API Gateway itself takes at most 6 MB; split the API",
  });
}

function start(at: Pointer): Position {
  return { file: parsePointer(at).file, line: 1, column: 1 };
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
  if (code === "EACCES" || code === "EPERM") return "may not be read by this user";
  if (code === "EISDIR") return "is a folder, not a file";
  if (code === "ENAMETOOLONG") return "has too long a name";
  return `gave an error (${code || "unknown"})`;
}
