"""A client of any API that is described by a definition, with Python's standard library alone."""

from .client import Client
from .codec import Codec
from .definition import Definition
from .errors import ApiError, FormatError, TransportError
from .tensor import Media, Tensor
from .waiter import Waiter, WorkFailed
