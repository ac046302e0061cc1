"""The simulated enrolment server of the processor's authority: EST (RFC 7030), one-time tokens, and its faults."""
