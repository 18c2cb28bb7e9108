"""Tests of Waypost; a package, so that `tests.support` is ours and not one that some library installs."""
