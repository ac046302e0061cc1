"""What store IT does around the engine: enrolment and the renewal of what it gave. No money, no card, no person."""
