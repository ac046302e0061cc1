"""The devices around the till that are no card readers: a customer's line display, a printer, a pad to answer on."""
