"""What tills speak: nexo over HTTPS on loopback. Keeps what a till may ask again, and nothing about anybody."""
