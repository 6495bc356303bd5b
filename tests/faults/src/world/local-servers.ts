/** A server of this machine, as the project's scripts start it. */
export interface LocalServer {
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly dataDir: string;
  /** Preferred; 0 for any. */
  readonly port: number;
}

/** How to start the servers that a row breaks; handed in, since the set-up that finds their programs needs no build. */
export interface LocalServers {
  startKafka(options: ServerOptions & { readonly heapMb?: number }): Promise<LocalServer>;
  startRedis(options: ServerOptions & { readonly persist: boolean }): Promise<LocalServer>;
  startRedisCluster(options: {
    readonly dataDir: string;
    readonly masters: number;
    /** Of each master. */
    readonly replicas: number;
    readonly persist?: boolean;
  }): Promise<LocalCluster>;
  freePort(): Promise<number>;
}

export interface LocalCluster {
  /** host:port of one node. */
  readonly address: string;
  /** Masters first, then replicas. */
  readonly nodes: readonly LocalNode[];
  stop(): Promise<void>;
}

export interface LocalNode {
  readonly address: string;
  readonly port: number;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  /** Place of the master that it began as a replica of; its own for a master. */
  readonly master: number;
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Again, after it was stopped or killed: same port, same folder. */
  start(): Promise<void>;
}
