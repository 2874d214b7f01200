"""One function per command: fetch, measure, store, tell."""
