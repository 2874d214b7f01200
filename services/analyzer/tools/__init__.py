"""Outside programs and decoders behind small functions; each works in a process of its own."""
