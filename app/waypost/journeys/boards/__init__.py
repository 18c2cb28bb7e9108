"""Boards: what a person drags together, and the journey that it is compiled to."""
