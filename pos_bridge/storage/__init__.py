"""What lasts, for the rooms that keep something: files whole or not at all, SQLite, and a thread to wait in."""
