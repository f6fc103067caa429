// What --help says.
export const HELP = `An event store that speaks EventStoreDB's gRPC protocol.

  cryptotalks-event-store --dir <folder> [--port 2113] [--host 127.0.0.1]
  cryptotalks-event-store --memory [--port 2113] [--host 127.0.0.1]
  cryptotalks-event-store backup --dir <folder> --to <folder>
  cryptotalks-event-store restore --from <folder> --dir <folder>
  cryptotalks-event-store verify --dir <folder>

  --dir <folder>    where the events are kept; made if it is missing
  --memory          keep the events only while the server runs
  --port <number>   default 2113; 0 takes a free port
  --host <address>  default 127.0.0.1
  --enable-atom-pub-over-http     take events by POST /streams/<name>, too
  --commit-timeout-ms <number>    tell clients that a write timed out when it is not on disk by then; default: wait
  --run-projections none|system   default system: the server's own are there, stopped
  --start-standard-projections    enables them all
  --cert <file>, --key <file>     a certificate and its key in PEM: speak TLS and ask for credentials
  --self-signed <folder>          the same with a certificate of its own, kept there as certificate.pem
  --access <file>   users and rights, in JSON, that are brought about at each start; see README.md
  --insecure        no TLS and no credentials, the default without a certificate
  --help            this text

With TLS, a store without users begins with admin and ops. Their password is EVENTSTORE_DEFAULT_ADMIN_PASSWORD and
EVENTSTORE_DEFAULT_OPS_PASSWORD in the environment, else "changeit".

Prints "READY <connection string>" once clients may connect. SIGTERM and SIGINT stop it.

  backup    copies a store into an empty folder, also while a server is running on it: everything that was acknowledged
            before is in the copy
  restore   verifies such a copy, and copies it into an empty folder for a server to start on
  verify    looks at every byte of a store that no server has open, and names what is damaged

Exit codes: 0 done, 1 it could not be done or damage was found, 2 the command line can't be read.
`
