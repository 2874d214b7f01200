"""What every test may use."""

import os
import signal

from hypothesis import settings

from shared import log

pytest_plugins = ("tests.stack", "tests.database", "tests.footage")

# Without it structlog prints tracebacks with every local variable.
log.configure("info", "console")

# A shell without job control starts what runs in the background deaf to SIGINT, and so would be all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in every run of CI, new ones on a developer's machine; speed is measured in tests/bench only.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
