"""Events and answers: JSON as AWS's runtime reads and writes it."""

import json
from decimal import Decimal

from .errors import RuntimeFault


def from_json(event):
    try:
        return json.loads(event)
    except ValueError as error:
        raise RuntimeFault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from None


def to_json(value, minor):
    """Since python3.12 other than ASCII characters are written as they are."""
    try:
        return json.dumps(value, ensure_ascii=minor < 12, default=to_plain)
    except Exception as error:
        raise RuntimeFault("Runtime.MarshalError", f"Unable to marshal response: {error}") from None


def to_plain(value):
    # What DynamoDB's client gives for numbers.
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
