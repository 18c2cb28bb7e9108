"""HTTP and websocket routes on Starlette, and the gate in front of everything."""
