// The keyring's own database server: small, since it holds one row a person, and as durable as the log.

/** Its folder in DATA_DIR is named as it is. */
export const keyringServer = {
  name: 'keyring',
  database: 'keyring',
  settings: {
    // Measured on a new site: 18 MB of memory (PSS of its 8 processes) and 47 MB on disk; a later start takes 0.3 s.
    shared_buffers: '4MB',
    max_connections: '30',
    max_worker_processes: '1',
    max_logical_replication_workers: '0',
    autovacuum_max_workers: '1',
    io_method: 'sync',
    // Enough for one pg_basebackup beside the running site.
    wal_level: 'replica',
    max_wal_senders: '2',
    min_wal_size: '32MB',
    max_wal_size: '64MB',
  },
} as const
