"""The compose file as data: resolved by Docker's own library, its secrets made on the spot, its health asked for."""
