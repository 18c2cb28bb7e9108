"""Benchmarks of Waypost: each candidate against a floor and a peer in the same run."""
