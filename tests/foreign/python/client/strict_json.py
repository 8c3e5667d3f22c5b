"""JSON without the liberties that the standard library takes."""

import json
import math

from .errors import FormatError

MAX_DEPTH = 128


def loads(data):
    """Reads a whole text in UTF-8."""
    try:
        # A text of half a surrogate pair has no encoding, so writing it fails.
        value = json.loads(data.decode(), object_pairs_hook=_object, parse_int=_integer, parse_float=_float,
                           parse_constant=_float)
        dumps(_checked(value, MAX_DEPTH))
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
    # No reader of integers accepts a float.
    return -0.0 if digits == "-0" else int(digits)


def _float(digits):
    if not math.isfinite(value := float(digits)):
        raise FormatError(f"{digits} is not a number of JSON")
    return value


def _checked(value, levels):
    if isinstance(value, (dict, list)):
        if levels == 0:
            raise FormatError(f"nested more than {MAX_DEPTH} deep")
        for member in value.values() if isinstance(value, dict) else value:
            _checked(member, levels - 1)
    return value
