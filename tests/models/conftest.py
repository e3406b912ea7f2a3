from tests.two_devices import two_devices  # noqa: F401 - a fixture
