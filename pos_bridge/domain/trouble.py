"""What can go wrong inside this program itself: the closed set of words that its log is given."""

from enum import Enum


class Trouble(Enum):
    """Which part met an exception it has no answer for. Never more than this is said."""

    PAYMENT = "payment"  # while a payment was kept or at the desk
    REQUEST = "request"  # while any other request was answered
    TOLD = "told"  # after an answer was given, when its being given was noted
    CONNECTION = "connection"  # in the HTTP server
    SETTLING = "settling"  # while a leg was captured or reversed; it is tried again
    ADMINISTRATION = "administration"  # while a call of the administration socket was answered
