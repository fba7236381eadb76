"""
How errors look: in the answer to the caller and in the log, and the errors of the runtime itself, whose types
begin with `Runtime.`.
"""

import os
import traceback

OWN_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class RuntimeFault(Exception):
    """What Lambda, not the user's code, complains of. `trace` is a list of texts."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.trace = list(trace)


def describe(error, request_id):
    """The caller's view of an exception: message, type and the stack from the user's first frame on."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and is_own(frames[0].filename):
        frames = traceback.StackSummary.from_list(frames[1:])
    return answer(text_of(error), type(error).__name__, request_id, traceback.format_list(frames))


def describe_fault(fault, request_id):
    return answer(fault.message, fault.kind, request_id, fault.trace)


def answer(message, kind, request_id, trace):
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}


def log_text(error):
    """The log's view of what `describe` gave."""
    lines = [f"[ERROR] {error.get('errorType')}: {error.get('errorMessage')}"]
    trace = error.get("stackTrace")
    if trace:
        lines.append("Traceback (most recent call last):")
        lines += [line for entry in trace for line in entry.splitlines()]
    return "\n".join(lines)


def is_own(filename):
    return filename.startswith(OWN_FOLDER) or filename.startswith("<frozen importlib")


def text_of(error):
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__name__} whose text cannot be made>"
