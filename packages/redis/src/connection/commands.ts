/** One command: its name, then its arguments; numbers are sent as their decimal string. */
export type Command = readonly (string | number | Buffer)[];

/** A decoded RESP2 reply. Strings are UTF-8 unless bytes were asked for. */
export type Reply = string | number | null | Buffer | Reply[];

/** A Lua file bound by name; see `loadScript`. */
export interface Script {
  readonly name: string;
  readonly source: string;
  readonly sha: string;
}

/** Keys (of one hash slot) and arguments of one run of a script. */
export interface ScriptCall {
  readonly keys: readonly string[];
  readonly args: readonly (string | number | Buffer)[];
}

/**
 * The narrow door to the server: everything that this package and the vector index send goes through here, so replies are
 * decoded in one place. Every method rejects with `RedisUnavailableError` at once while the server cannot be reached (nothing
 * waits in a queue) and with `RedisReplyError` when the server answers an error.
 */
export interface RedisCommands {
  /** Sends one command. */
  call(command: Command): Promise<Reply>;
  /** Like {@link call}; strings in the reply come as bytes. */
  callBytes(command: Command): Promise<Reply>;
  /** Sends commands in one round trip; not a transaction. Replies are in the order of the commands; rejects on the first error. */
  pipeline(commands: readonly Command[]): Promise<Reply[]>;
  /** Like {@link pipeline}; strings in the replies come as bytes. */
  pipelineBytes(commands: readonly Command[]): Promise<Reply[]>;
  /** Runs a script once per call, in one round trip; a server that does not know the script (yet, or after a restart) is told. */
  run(script: Script, calls: readonly ScriptCall[]): Promise<Reply[]>;
}
