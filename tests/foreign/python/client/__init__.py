"""A client that reads the definition of an API. It has no dependencies, and no name of an API in it."""

from .client import ApiError, Client, read_event, read_result
from .definition import Definition
from .transport import TransportError
from .wire import FormatError, Media, Tensor
