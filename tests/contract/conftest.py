"""Fixtures of the contract suites."""

from tests.contract.blob_places import blobs, place

__all__ = ["blobs", "place"]
