/** The output folder cannot be read or written as it should; the message is for the user. */
export class OutputProblem extends Error {
  override readonly name = "OutputProblem";
  readonly hint: string | undefined;

  constructor(message: string, details: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.hint = details.hint;
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user has no permission",
  EPERM: "this user has no permission",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EFBIG: "a file would be larger than allowed",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a file stands where a folder is needed",
  EISDIR: "a folder stands where a file is needed",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many files are open",
  EIO: "the disk gave an error",
  EXDEV: "a part of the folder lies on another file system",
  EBUSY: "it is in use",
  ELOOP: "its links lead in a circle",
};

/** The reason that a call of the file system gave; undefined when the error is none of these. */
export function fileSystemReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return undefined;
  const code = String(error.code);
  return reasons[code] ?? `the system said ${code}`;
}
