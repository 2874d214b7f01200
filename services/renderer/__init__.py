"""Renders timelines to files that people can play."""
