"""Jobs and assets: work and its files that outlive their clients and the server."""
