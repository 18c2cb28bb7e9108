"""Visual components: plain data in, picks out. See README.md for the rules and how to add one."""
