"""The suites: each asserts that what it measures is right before it measures."""
