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
    readonly replicas: number;
  }): Promise<LocalCluster>;
  freePort(): Promise<number>;
}

export interface LocalCluster {
  /** host:port of one node. */
  readonly address: string;
  /** Masters first, then replicas in the order of their masters. */
  readonly nodes: readonly (LocalServer & { kill(): Promise<void> })[];
  stop(): Promise<void>;
}
