"""One folder per partner system, all alike; found by entry points, imported by nobody."""
