"""Lip-sync's rules. Pure functions."""
