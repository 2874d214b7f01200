"""Interchangeable ways to make a film speak a voice."""
