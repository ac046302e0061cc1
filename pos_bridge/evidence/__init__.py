"""What was checked on this till, told as a QSA and a privacy officer ask for it. It asserts nothing that it did not check."""
