"""What ends a demo."""


class DemoError(Exception):
    """Something was not as told."""
