"""Sample connectors made to be nasty: they prove that the registry and the suite catch what they should."""
