"""Builds what a till installs: a wheel without the simulator, a Debian package with its own environment, its SBOM."""
