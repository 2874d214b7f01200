"""What every test may use."""

pytest_plugins = ("tests.stack", "tests.database", "tests.footage")
