"""One TOML file to one frozen value, checked before anything starts; and the credentials that it names."""
