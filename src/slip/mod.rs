//! SLIP framing (RFC 1055): incremental, no I/O.
