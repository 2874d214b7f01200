"""SQL over the renderer's own tables; every function takes an open connection."""
