/** What the exit status of the command says. */
export const exitCode = {
  /** Done; nothing is wrong. */
  done: 0,
  /** The input has errors, or the folder differs under `--check`. */
  findings: 1,
  /** The command could not run: bad usage, unreadable input, output that cannot be written. */
  cannotRun: 2,
  /** A user's edit would be lost. */
  conflict: 3,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
