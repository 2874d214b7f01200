"""Timelines in the formats of other editors: one writer and, where it is read too, one reader for each."""
