"""What is written down about acts and incidents: registers of this program, none with the content of anybody's data."""
