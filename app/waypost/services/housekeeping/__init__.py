"""What servers do by themselves: segments of what is complete, and a comparison of what was derived with the events."""
