"""Outside providers, played by real HTTP servers and driven by the real client libraries."""
