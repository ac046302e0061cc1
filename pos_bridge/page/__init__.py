"""The status page for IT: a program of its own on loopback, that shows how this till is and changes nothing."""
