"""A sale's name as a till gives it, and what an answer is."""

from typing import Any

Body = dict[str, Any]
TRANSACTION = "0b5f8ab1-31d0-4b2e-9b5e-2f6d5b5e8a2c--27908"
