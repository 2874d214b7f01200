"""Looks into media: what is in it, where its shots, words, beats and silences are."""
