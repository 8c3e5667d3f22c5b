"""What can go wrong."""

from contextlib import contextmanager


class FormatError(ValueError):
    """Params, or bytes of a server, that are not what the definition says. The message begins with the place."""

    path = ""

    def __str__(self):
        return f"{self.path.lstrip('.')}: {self.args[0]}" if self.path else self.args[0]


class TransportError(OSError):
    """The service cannot be reached, or does not respond as HTTP or WebSocket servers do."""


class ApiError(Exception):
    """An error of the API: its code, and its other fields."""

    def __init__(self, code, fields=None):
        super().__init__(f"{code} {fields}" if fields else code)
        self.code, self.fields = code, fields or {}


@contextmanager
def at(segment):
    """Adds a name or an index to the place of errors inside."""
    try:
        yield
    except FormatError as error:
        error.path = (f"[{segment}]" if isinstance(segment, int) else f".{segment}") + error.path
        raise
