"""The customer's page: HTML without need of a script, live with one, the same as JSON, and a script to embed it."""
