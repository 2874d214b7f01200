"""What can go wrong with the native servers, each with its remedy."""

from __future__ import annotations

from typing import ClassVar

from shared.errors import CutroomError


class StackUnavailable(CutroomError):
    """A server cannot be had on this machine: a tool, a right or the network is missing."""

    default_code: ClassVar[str] = "stack_unavailable"
    default_remedy: ClassVar[str] = "Install what the message names, then run `python -m deploy.stack install`."


class StackFailed(CutroomError):
    """A server is installed and does not start, does not stop or does not answer."""

    default_code: ClassVar[str] = "stack_failed"
    default_remedy: ClassVar[str] = "Read the server's log in the run folder, then try again."
