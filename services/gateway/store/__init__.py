"""SQL over the gateway's own tables; every function takes an open connection."""
