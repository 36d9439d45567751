"""One file per message format; each turns a message into readings and does no I/O."""
