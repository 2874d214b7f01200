"""The rules planner: analyses and wishes in, a timeline with its reasons out. Pure functions."""
