"""The connector contract: what a connector offers, how it is found, and how it is proven."""
