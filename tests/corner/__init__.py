"""A small real shop that answers HTTP, and the connector that reads it."""
