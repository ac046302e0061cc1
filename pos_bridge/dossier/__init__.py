"""What a person who asks is given: a page to read and print, and the same for a computer. No disk, no network."""
