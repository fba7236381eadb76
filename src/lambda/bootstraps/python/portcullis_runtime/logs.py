"""
Sends what the function prints and logs to the gateway. Going through the channel keeps it in order with the answers,
and names its invocation for certain. What child processes print comes by the standard streams.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

import io
import logging
import os
import sys
import time

LINE = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"


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


def set_up_logging(channel, settings):
    logging.Formatter.converter = time.gmtime
    handler = Handler(channel)
    handler.setFormatter(logging.Formatter(LINE, "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(AddRequestId(channel))
    logging.getLogger().addHandler(handler)
