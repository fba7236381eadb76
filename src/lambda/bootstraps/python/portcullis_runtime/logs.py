"""
Sends what the function prints and logs to the gateway. Going through the channel keeps it in order with the answers,
and names its invocation for certain. What child processes print comes by the standard streams.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

import io
import json
import logging
import os
import sys
import time
import traceback

from portcullis_runtime.errors import log_text

LINE = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
JSON_TIME = "%Y-%m-%dT%H:%M:%SZ"
# What every record has, and the request id by the name that the filter gives it.
OWN_FIELDS = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "aws_request_id"}


class ChannelOutput(io.RawIOBase):
    """What stands in for standard output or standard error."""

    def __init__(self, channel, descriptor):
        self._channel = channel
        self._descriptor = descriptor
        self._owner = os.getpid()

    def writable(self):
        return True

    def fileno(self):
        return self._descriptor

    def write(self, data):
        data = bytes(data)
        # A forked process has no part in the channel: two writers would tear each other's frames.
        if os.getpid() != self._owner:
            return os.write(self._descriptor, data)
        self._channel.text(data)
        return len(data)


def capture_output(channel):
    """Replaces the standard streams; returns what sends on whatever they still hold."""

    def stream(descriptor):
        raw = io.BufferedWriter(ChannelOutput(channel, descriptor))
        return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)

    streams = [stream(1), stream(2)]
    sys.stdout, sys.stderr = streams

    def flush():
        for one in streams:
            try:
                one.flush()
            except ValueError:
                # The function closed it.
                pass

    return flush


class Handler(logging.Handler):
    def __init__(self, channel):
        super().__init__()
        self._channel = channel

    def emit(self, record):
        try:
            self._channel.log(self.format(record))
        except Exception:
            self.handleError(record)


class AddRequestId(logging.Filter):
    def __init__(self, channel):
        super().__init__()
        self._channel = channel

    def filter(self, record):
        record.aws_request_id = self._channel.request_id or ""
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object for each record; what callers give as `extra` stands beside the rest."""

    def format(self, record):
        event = {
            "timestamp": self.formatTime(record, JSON_TIME),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": getattr(record, "aws_request_id", None) or None,
        }
        if record.exc_info and record.exc_info[0]:
            kind, error, trace = record.exc_info
            event["stackTrace"] = traceback.format_tb(trace)
            event["errorType"] = kind.__name__
            event["errorMessage"] = str(error)
            event["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
        for name, value in record.__dict__.items():
            if name not in OWN_FIELDS and name not in event:
                event[name] = value
        return to_json_text({name: value for name, value in event.items() if value is not None})


def to_json_text(event):
    return json.dumps(event, ensure_ascii=False, default=str)


def error_event(error, is_json):
    """What the log says of an exception that the function let go, from what `errors.describe` gave."""
    if not is_json:
        return log_text(error)
    now = time.strftime(JSON_TIME, time.gmtime())
    return to_json_text({"timestamp": now, "log_level": "ERROR", **error})


def set_up_logging(channel, settings):
    logging.Formatter.converter = time.gmtime
    handler = Handler(channel)
    level = settings.get("logLevel")
    root = logging.getLogger()
    if level is None:
        handler.setFormatter(logging.Formatter(LINE, "%Y-%m-%dT%H:%M:%S"))
    else:
        handler.setFormatter(JsonFormatter())
        # Python has no TRACE.
        root.setLevel("DEBUG" if level == "TRACE" else level)
    handler.addFilter(AddRequestId(channel))
    root.addHandler(handler)
