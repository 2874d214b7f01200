"""The renderer's schema, forward only."""
