"""What was checked on this till, told as auditors ask for it. Nothing is asserted that was not checked."""
