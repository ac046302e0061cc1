"""The duties of a payment processor towards a till, checked from outside: a program for whoever writes an adapter."""
