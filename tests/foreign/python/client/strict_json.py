"""JSON without the liberties that the standard library takes."""

import json
import math

from .errors import FormatError

MAX_DEPTH = 128


def loads(data):
    """Reads a whole text in UTF-8."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=_object, parse_int=_integer, parse_float=_float,
                           parse_constant=_float)
        if _depth(value) > MAX_DEPTH:
            raise FormatError(f"nested more than {MAX_DEPTH} deep")
        # Half a surrogate pair can be escaped, but it cannot be written.
        dumps(value)
        return value
    except (ValueError, RecursionError) as error:
        raise FormatError(f"malformed JSON: {error}") from None


def dumps(value):
    """Writes a value as UTF-8, without spaces."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise FormatError(f"cannot be written as JSON: {error}") from None


def _object(members):
    found = dict(members)
    if len(found) < len(members) or "__proto__" in found:
        raise FormatError("an object has a name twice, or the name __proto__")
    return found


def _integer(digits):
    # -0 is a float: it is not accepted for an integer.
    return -0.0 if digits == "-0" else int(digits)


def _float(digits):
    if not math.isfinite(value := float(digits)):
        raise FormatError(f"{digits} is out of range")
    return value


def _depth(value):
    if not isinstance(value, (dict, list)):
        return 0
    return 1 + max(map(_depth, value.values() if isinstance(value, dict) else value), default=0)
