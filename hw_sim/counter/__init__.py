"""What stands on the counter beside the readers: a line display, a receipt printer, a pad to answer on."""
