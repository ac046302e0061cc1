"""What is true: values that check themselves and the steps of a leg. Standard library only, no I/O, no clock."""
