"""The words of the trade: statements, subjects, milestones, state. Standard library and pydantic only."""
