"""The card room: a program of its own and the only code here that sees clear card data. One tender, then exit."""
